import { z } from 'zod';
import { gitlabRequest, type ForgeSettings } from '../schema';
import { asker } from './call';
import type { ForgeTongue, ListedRequest } from './forge';

const perPage = 100;

/** GitLab: `/api/v4/projects/{path}/merge_requests`. */
export function gitlab(settings: ForgeSettings): ForgeTongue {
  const base = `${settings.address.replace(/\/+$/, '')}/api/v4`;
  const ask = asker(settings, base, (token) => ({ 'private-token': token }));
  const requests = (project: string): string => `/projects/${encodeURIComponent(project)}/merge_requests`;
  return {
    page: async ({ project, from, to }, page) => {
      const which = { state: 'all', source_branch: from, target_branch: to };
      const query = new URLSearchParams({ ...which, per_page: `${perPage}`, page: `${page}` });
      const path = `${requests(project)}?${query.toString()}`;
      const listed = await ask({ method: 'GET', path }, z.array(gitlabRequest));
      return listed && listed.map(read);
    },
    create: async ({ project, from, to, title, body }) => {
      const fields = { source_branch: from, target_branch: to, title, description: body, remove_source_branch: true };
      const call = { method: 'POST', path: requests(project), body: fields, nothing: [409] } as const;
      const made = await ask(call, gitlabRequest);
      return made && read(made);
    },
  };
}

/** `locked` is a request in the moment of its merge. */
function read(request: z.infer<typeof gitlabRequest>): ListedRequest {
  const merged = request.state === 'merged';
  return {
    number: request.iid,
    url: request.web_url,
    state: merged ? 'merged' : request.state === 'closed' ? 'closed' : 'open',
    mergedAs: merged ? (request.merge_commit_sha ?? request.squash_commit_sha ?? null) : null,
    from: request.source_branch,
    to: request.target_branch,
    body: request.description ?? '',
  };
}
