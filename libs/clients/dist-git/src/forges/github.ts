import { z } from 'zod';
import { githubPull, type ForgeSettings } from '../schema';
import { asker } from './call';
import type { ForgeTongue, ListedRequest } from './forge';

const perPage = 100;

/** GitHub: `/repos/{owner}/{repo}/pulls`. An open request's `merge_commit_sha` is only a trial of a merge. */
export function github(settings: ForgeSettings): ForgeTongue {
  const ask = asker(settings, settings.address.replace(/\/+$/, ''), (token) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }));
  const pulls = (project: string): string => `/repos/${project.split('/').map(encodeURIComponent).join('/')}/pulls`;
  return {
    page: async ({ project, from, to }, page) => {
      const head = `${project.split('/')[0]!}:${from}`;
      const query = new URLSearchParams({ state: 'all', head, base: to, per_page: `${perPage}`, page: `${page}` });
      const listed = await ask({ method: 'GET', path: `${pulls(project)}?${query.toString()}` }, z.array(githubPull));
      return listed && listed.map(read);
    },
    create: async ({ project, from, to, title, body }) => {
      const call = { method: 'POST', path: pulls(project), body: { head: from, base: to, title, body } } as const;
      const made = await ask({ ...call, nothing: [422] }, githubPull);
      return made && read(made);
    },
  };
}

function read(pull: z.infer<typeof githubPull>): ListedRequest {
  const merged = typeof pull.merged_at === 'string';
  return {
    number: pull.number,
    url: pull.html_url,
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    mergedAs: merged ? (pull.merge_commit_sha ?? null) : null,
    from: pull.head.ref,
    to: pull.base.ref,
    body: pull.body ?? '',
  };
}
