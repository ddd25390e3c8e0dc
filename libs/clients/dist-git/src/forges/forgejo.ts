import { z } from 'zod';
import { forgejoPull, type ForgeSettings } from '../schema';
import { asker } from './call';
import type { ForgeTongue, ListedRequest } from './forge';

const perPage = 50;

/** Forgejo and Gitea: `/api/v1/repos/{owner}/{repo}/pulls`. */
export function forgejo(settings: ForgeSettings): ForgeTongue {
  const base = `${settings.address.replace(/\/+$/, '')}/api/v1`;
  const ask = asker(settings, base, (token) => ({ authorization: `token ${token}` }));
  const pulls = (project: string): string => `/repos/${project.split('/').map(encodeURIComponent).join('/')}/pulls`;
  return {
    page: async ({ project }, page) => {
      const path = `${pulls(project)}?state=all&sort=recentupdate&limit=${perPage}&page=${page}`;
      const listed = await ask({ method: 'GET', path }, z.array(forgejoPull));
      return listed && listed.map(read);
    },
    create: async ({ project, from, to, title, body }) => {
      const call = { method: 'POST', path: pulls(project), body: { head: from, base: to, title, body } } as const;
      const made = await ask({ ...call, nothing: [409] }, forgejoPull);
      return made && read(made);
    },
  };
}

function read(pull: z.infer<typeof forgejoPull>): ListedRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    state: pull.merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    mergedAs: pull.merged ? (pull.merge_commit_sha ?? null) : null,
    from: pull.head.ref,
    to: pull.base.ref,
    body: pull.body ?? '',
  };
}
