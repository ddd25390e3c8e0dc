import { AppError } from '@millrace/kernel';
import { isFault, type Repo } from '@millrace/koji';
import { setTimeout as pause } from 'node:timers/promises';
import { once } from './intents';
import type { KojiParts } from './settings';

/** What a caller waits for a repository; afterwards it comes again. */
const longestWaitMs = 90_000;

/**
 * A repository of the tag that has everything that is in the tag now. On demand where the hub can (1.35 and later), else
 * by newRepo where we may, else whenever the hub's own regeneration has made it. Wait times out as `unavailable`.
 */
export async function untilRepository(parts: KojiParts, tag: string): Promise<Repo> {
  const event = (await parts.hub.tagLastChangeEvent(tag)) ?? 0;
  const { repoRequests } = await parts.facts.features();
  return repoRequests ? requested(parts, tag, event) : regenerated(parts, tag, event);
}

/** Idempotent on the hub's side: a second request for the same event is the first one. */
async function requested(parts: KojiParts, tag: string, event: number): Promise<Repo> {
  const deadline = Date.now() + longestWaitMs;
  const asked = await parts.hub.write.requestRepo(tag, event);
  // What it answered is lost; asked once more it says the same.
  if (asked.kind === 'happened') return requested(parts, tag, event);
  let answer = asked.value;
  for (;;) {
    const repo = answer.repo ? await parts.hub.repoInfo(answer.repo.id) : null;
    if (repo && covers(repo, event)) return repo;
    if (!answer.request?.active) throw notMade(tag, event);
    if (Date.now() > deadline) throw notReady(tag, event);
    await pause(Math.min(parts.pollMs, 5000));
    answer = await parts.hub.checkRepoRequest(answer.request.id);
  }
}

async function regenerated(parts: KojiParts, tag: string, event: number): Promise<Repo> {
  const deadline = Date.now() + longestWaitMs;
  await order(parts, tag, event);
  for (;;) {
    const repo = await parts.hub.getRepo(tag);
    if (repo && covers(repo, event)) return repo;
    if (Date.now() > deadline) throw notReady(tag, event);
    await pause(Math.min(parts.pollMs, 5000));
  }
}

/** A tag operation is in a repository that was begun at it or after it; older hubs know only when it was created. */
export function covers(repo: Repo, event: number): boolean {
  return repo.state === 'READY' && (repo.begin_event ?? repo.create_event) >= event;
}

async function order(parts: KojiParts, tag: string, event: number): Promise<void> {
  const repo = await parts.hub.getRepo(tag);
  if (repo && covers(repo, event)) return;
  try {
    await once(parts, {
      name: `new repo ${tag} ${event}`,
      lookUp: () => newRepoTask(parts, tag),
      mayEndUnseen: true,
      send: (write, before) => write.newRepo(tag, { before }),
    });
  } catch (thrown) {
    // Without the permission the hub's own regeneration is waited for.
    if (!isFault(thrown, 'ActionNotAllowed')) throw thrown;
  }
}

async function newRepoTask(parts: KojiParts, tag: string) {
  const running = await parts.hub.listTasks({ method: 'newRepo', states: ['FREE', 'OPEN', 'ASSIGNED'] });
  return running.find((task) => task.request?.[0] === tag)?.id ?? null;
}

function notReady(tag: string, event: number): AppError {
  return new AppError({
    code: 'koji-repo-not-ready',
    kind: 'unavailable',
    message: `tag ${tag} has no repository with its event ${event} yet`,
    remedy: 'nothing to do: it is looked at again; when it stays so, see whether the hub regenerates repositories',
  });
}

function notMade(tag: string, event: number): AppError {
  return new AppError({
    code: 'koji-repo-not-made',
    kind: 'unavailable',
    message: `the hub ended the request for a repository of tag ${tag} at event ${event} without one`,
    remedy: "see the newRepo task's log; it is asked for again",
  });
}
