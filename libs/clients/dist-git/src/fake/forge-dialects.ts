import type { IncomingHttpHeaders } from 'node:http';
import type { ForgeSettings } from '../schema';

export interface FakePull {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** What it was merged as. */
  readonly as: string | null;
}

type Wanted = Pick<FakePull, 'from' | 'to' | 'title' | 'body'>;

interface Dialect {
  knows(headers: IncomingHttpHeaders, token: string): boolean;
  list(project: string): string;
  create(project: string): string;
  readonly created: number;
  /** What a second open request for the same branches gets; null: Pagure opens it. */
  readonly doubled: number | null;
  wanted(text: string): Wanted;
  one(pull: FakePull): unknown;
  page(pulls: readonly FakePull[], query: URLSearchParams): unknown;
}

export const dialects: Readonly<Record<ForgeSettings['kind'], Dialect>> = {
  forgejo: {
    knows: (headers, token) => headers.authorization === `token ${token}`,
    list: (project) => `/api/v1/repos/${project}/pulls`,
    create: (project) => `/api/v1/repos/${project}/pulls`,
    created: 201,
    doubled: 409,
    wanted: readHeadAndBase,
    one: (pull) => ({ ...headAndBase(pull), merged: pull.state === 'merged', merge_commit_sha: pull.as }),
    page: (pulls, query) => pageOf(pulls, query, 'limit').map((pull) => dialects.forgejo.one(pull)),
  },
  github: {
    knows: (headers, token) => headers.authorization === `Bearer ${token}` && headers['user-agent'] !== undefined,
    list: (project) => `/repos/${project}/pulls`,
    create: (project) => `/repos/${project}/pulls`,
    created: 201,
    doubled: 422,
    wanted: readHeadAndBase,
    one: (pull) => ({
      ...headAndBase(pull),
      merged_at: pull.state === 'merged' ? '2026-01-31T09:30:00Z' : null,
      // While it is open, this is the commit of a trial merge.
      merge_commit_sha: pull.as ?? 'f'.repeat(40),
    }),
    page: (pulls, query) => {
      const [owner, ...branch] = query.get('head')!.split(':');
      const fitting = pulls.filter((one) => owner && one.from === branch.join(':') && one.to === query.get('base'));
      return pageOf(fitting, query, 'per_page').map((pull) => dialects.github.one(pull));
    },
  },
  gitlab: {
    knows: (headers, token) => headers['private-token'] === token,
    list: (project) => `/api/v4/projects/${encodeURIComponent(project)}/merge_requests`,
    create: (project) => `/api/v4/projects/${encodeURIComponent(project)}/merge_requests`,
    created: 201,
    doubled: 409,
    wanted: (text) => {
      const given = JSON.parse(text) as Record<string, string>;
      const { source_branch, target_branch, title, description } = given;
      return { from: source_branch!, to: target_branch!, title: title!, body: description ?? '' };
    },
    one: (pull) => ({
      iid: pull.number,
      web_url: `https://gitlab.example/-/merge_requests/${pull.number}`,
      ...{ source_branch: pull.from, target_branch: pull.to, title: pull.title, description: pull.body },
      state: pull.state === 'open' ? 'opened' : pull.state,
      ...{ merge_commit_sha: pull.as, squash_commit_sha: null },
    }),
    page: (pulls, query) => {
      const [from, to] = [query.get('source_branch'), query.get('target_branch')];
      const fitting = pulls.filter((one) => one.from === from && one.to === to);
      return pageOf(fitting, query, 'per_page').map((pull) => dialects.gitlab.one(pull));
    },
  },
  pagure: {
    knows: (headers, token) => headers.authorization === `token ${token}`,
    list: (project) => `/api/0/${project}/pull-requests`,
    create: (project) => `/api/0/${project}/pull-request/new`,
    created: 200,
    doubled: null,
    wanted: (text) => {
      const form = new URLSearchParams(text);
      const of = (name: string): string => form.get(name) ?? '';
      return { from: of('branch_from'), to: of('branch_to'), title: of('title'), body: of('initial_comment') };
    },
    one: (pull) => ({
      id: pull.number,
      ...{ branch: pull.to, branch_from: pull.from, title: pull.title, initial_comment: pull.body },
      status: { open: 'Open', merged: 'Merged', closed: 'Closed' }[pull.state],
      commit_stop: pull.as,
    }),
    page: (pulls, query) => ({
      requests: pageOf(pulls, query, 'per_page').map((pull) => dialects.pagure.one(pull)),
      pagination: { next: null },
    }),
  },
};

function pageOf(pulls: readonly FakePull[], query: URLSearchParams, size: string): readonly FakePull[] {
  const [many, page] = [Number(query.get(size)), Number(query.get('page'))];
  return [...pulls].reverse().slice((page - 1) * many, page * many);
}

function readHeadAndBase(text: string): Wanted {
  const given = JSON.parse(text) as Record<string, string>;
  return { from: given['head']!, to: given['base']!, title: given['title']!, body: given['body'] ?? '' };
}

function headAndBase(pull: FakePull): Readonly<Record<string, unknown>> {
  return {
    number: pull.number,
    html_url: `https://forge.example/pulls/${pull.number}`,
    state: pull.state === 'open' ? 'open' : 'closed',
    ...{ title: pull.title, body: pull.body, head: { ref: pull.from }, base: { ref: pull.to } },
  };
}
