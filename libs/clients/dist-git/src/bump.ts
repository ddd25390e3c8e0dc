import { AppError, isRefusal, refuse, type Moment, type Refusal } from '@millrace/kernel';
import type { Forge, PullRequest } from './forges/forge';
import { makeCommit } from './git/make-commit';
import { push } from './git/push';
import { commitsOf, fetchBranch, fetchTip, isIn, type Repository } from './git/repository';
import { readSpecFile } from './git/spec-file';
import { neverBuilt, unbuiltAt } from './git/unbuilt';
import { branchOf, markerOf, messageOf } from './marker';
import type { Commit, Remote } from './remote';

/** What becomes of a spec: a new text, or nothing but the commit (rpmautospec counts commits). */
export type Edit = { readonly how: 'edited'; readonly text: string } | { readonly how: 'commit-only' };

export interface BumpOrder {
  readonly remote: Remote;
  /** The rebuild's id: the marker's value. */
  readonly id: string;
  /** The commit's subject: `Rebuilt for libstone 2.0 (cascade c1)`. */
  readonly subject: string;
  /** Dates of the commit. The same order gives the same commit on the same parent. */
  readonly at: Moment;
  /** The commit that was built last; null: none was, or nobody knows. */
  readonly lastBuilt: string | null;
  /** What to do when the head has commits of others that were never built. `take`: the bump takes them along. */
  readonly unbuilt: 'refuse' | 'take';
  /** Called with the spec at the head, again when the head has moved. */
  readonly edit: (
    spec: string,
    about: { readonly head: string; readonly unbuilt: readonly Commit[] },
  ) => Edit | Refusal | Promise<Edit | Refusal>;
  /** Left out: pushed to the branch itself. */
  readonly pullRequest?: { readonly forge: Forge; readonly project: string };
}

/** `made`: now; `found`: it was there, `head` may have more; `proposed`: a person has to merge it; `merged`: a person did. */
export type Bumped =
  | { readonly how: 'made'; readonly commit: string }
  | { readonly how: 'found'; readonly commit: string; readonly head: string }
  | { readonly how: 'merged'; readonly commit: string; readonly request: PullRequest }
  | { readonly how: 'proposed'; readonly commit: string; readonly request: PullRequest };

type Author = { readonly name: string; readonly mail: string };
type Attempt = Bumped | Refusal | 'stale';

const tries = 12;

/** Looks, then acts, and looks again whenever somebody else was faster or the line broke. */
export async function bumpOn(repository: Repository, order: BumpOrder, author: Author): Promise<Bumped | Refusal> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const done = await attemptOn(repository, order, author);
    if (done !== 'stale') return done;
  }
  throw new AppError({
    code: 'dist-git-busy',
    kind: 'unavailable',
    message: `${order.remote.branch} of ${order.remote.url} did not take our push ${tries} times`,
    remedy: 'it is tried again; look who pushes to it all the time, or whether the line to it breaks',
  });
}

async function attemptOn(repository: Repository, order: BumpOrder, author: Author): Promise<Attempt> {
  const head = await fetchBranch(repository, order.remote.branch, (tip) => reachesBack(repository, order, tip));
  const ours = (await commitsOf(repository, head, null)).find(({ marker }) => marker === order.id);
  if (ours) return { how: 'found', commit: ours.id, head };
  if (order.pullRequest) return proposeOn(repository, order, author, head);
  const commit = await commitFor(repository, order, author, head);
  if (typeof commit !== 'string') return commit;
  const pushed = await push(repository, commit, order.remote.branch);
  return pushed === 'pushed' ? { how: 'made', commit } : pushed;
}

/** Far enough: the marker is there, or the commit that was built before there could have been one. */
async function reachesBack(repository: Repository, { id, lastBuilt }: BumpOrder, head: string): Promise<boolean> {
  if (lastBuilt !== null && (await isIn(repository, lastBuilt, head))) return true;
  return (await commitsOf(repository, head, null)).some(({ marker }) => marker === id);
}

async function commitFor(
  repository: Repository,
  order: BumpOrder,
  author: Author,
  head: string,
): Promise<string | Refusal> {
  const since = order.lastBuilt === null ? { commits: [] } : await unbuiltAt(repository, head, order.lastBuilt);
  if (isRefusal(since)) return since;
  const foreign = since.commits.filter(({ marker }) => marker === null);
  if (order.unbuilt === 'refuse' && foreign.length > 0) return neverBuilt(order.remote, foreign);
  const spec = await readSpecFile(repository, head);
  if (isRefusal(spec)) return spec;
  const edit = await order.edit(spec.text, { head, unbuilt: since.commits });
  if (isRefusal(edit)) return edit;
  const changed = edit.how === 'edited' ? { file: spec.file, text: edit.text } : null;
  const message = messageOf(order.subject, order.id);
  return makeCommit(repository, { parent: head, changed, message, author, at: order.at });
}

async function proposeOn(repository: Repository, order: BumpOrder, author: Author, head: string): Promise<Attempt> {
  const { forge, project } = order.pullRequest!;
  const from = branchOf(order.id);
  const wanted = { project, from, to: order.remote.branch, marker: markerOf(order.id) };
  const found = await forge.find(wanted);
  if (found?.state === 'closed') return closed(order, found);
  if (found?.state === 'merged') return { how: 'merged', commit: found.mergedAs ?? head, request: found };
  const tip = await fetchTip(repository, from);
  const ours = tip === null ? null : await markedTip(repository, tip, order.id);
  if (tip !== null && ours === null) return taken(order, from);
  const commit = ours ?? (await commitFor(repository, order, author, head));
  if (typeof commit !== 'string') return commit;
  if (found) return { how: 'proposed', commit, request: found };
  const pushed = ours === null ? await push(repository, commit, from) : 'pushed';
  if (pushed !== 'pushed') return pushed;
  const body = `${order.subject}\n\n${wanted.marker}\n`;
  const request = await forge.open({ ...wanted, title: order.subject, body });
  return { how: 'proposed', commit, request };
}

async function markedTip(repository: Repository, tip: string, id: string): Promise<string | null> {
  const newest = (await commitsOf(repository, tip, null)).find(({ marker }) => marker === id);
  return newest?.id ?? null;
}

function closed({ remote }: BumpOrder, { url }: PullRequest): Refusal {
  return refuse(
    'pull-request-closed',
    `the pull request ${url} for ${remote.branch} was closed without being merged`,
    'open it again, or skip this component',
    'conflict',
  );
}

function taken({ remote }: BumpOrder, branch: string): Refusal {
  return refuse(
    'branch-taken',
    `${remote.url} has a branch ${branch} that holds no commit of ours for this rebuild`,
    'remove that branch',
    'conflict',
  );
}
