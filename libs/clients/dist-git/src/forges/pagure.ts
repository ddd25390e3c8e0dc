import type { z } from 'zod';
import { pagureRequest, pagureRequests, type ForgeSettings } from '../schema';
import { asker } from './call';
import type { ForgeTongue, ListedRequest } from './forge';

const perPage = 100;

/** Pagure: `/api/0/{repo}/pull-requests`, and a form to `/api/0/{repo}/pull-request/new`. */
export function pagure(settings: ForgeSettings): ForgeTongue {
  const root = settings.address.replace(/\/+$/, '');
  const ask = asker(settings, `${root}/api/0`, (token) => ({ authorization: `token ${token}` }));
  const path = (project: string): string => `/${project.split('/').map(encodeURIComponent).join('/')}`;
  const read = (project: string, request: z.infer<typeof pagureRequest>): ListedRequest => ({
    number: request.id,
    url: `${root}${path(project)}/pull-request/${request.id}`,
    state: stateOf(request.status),
    mergedAs: request.status === 'Merged' ? (request.commit_stop ?? null) : null,
    from: request.branch_from ?? '',
    to: request.branch,
    body: request.initial_comment ?? '',
  });
  return {
    page: async ({ project }, page) => {
      const query = `?status=all&per_page=${perPage}&page=${page}`;
      const listed = await ask({ method: 'GET', path: `${path(project)}/pull-requests${query}` }, pagureRequests);
      return listed && listed.requests.map((request) => read(project, request));
    },
    create: async ({ project, from, to, title, body }) => {
      const fields = { title, branch_to: to, branch_from: from, initial_comment: body };
      const call = { method: 'POST', path: `${path(project)}/pull-request/new`, body: fields, form: true } as const;
      const made = await ask(call, pagureRequest);
      return made && read(project, made);
    },
  };
}

function stateOf(status: string): ListedRequest['state'] {
  if (status === 'Merged') return 'merged';
  return status === 'Open' ? 'open' : 'closed';
}
