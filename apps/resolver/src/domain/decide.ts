import {
  assertNever,
  doWork,
  isParked,
  later,
  put,
  tellSelf,
  wakeAt,
  type Decide,
  type DecideContext,
  type Decision,
  type Parked,
} from '@millrace/kernel';
import { filesRead, filesWanted, pruneWanted, snapshotNamed } from './archives';
import { importAfterCascade, importEnded, importWanted, releaseKnown } from './imports';
import { work, type ResolverInput } from './input';
import { buildValidated, closeOverlay, contentsFetched, contentsWanted } from './overlays';
import type { ResolverState } from './state';

type Of<Type extends ResolverInput['type']> = Extract<ResolverInput, { type: Type }>;

/** How long after an unanswered question for the releases it is asked again. */
const askAgainMs = 30_000;

export const decide: Decide<ResolverState, ResolverInput> = (state, input, context) => {
  switch (input.type) {
    case 'started':
      return { state, effects: [doWork(work.askReleases, context.id, {})] };
    case 'releases-told':
      return releasesTold(state, input, context);
    case 'release-known':
      return releaseKnown(state, input);
    case 'import-wanted':
      return importWanted(state, input);
    case 'facts-read':
      return factsRead(state, input);
    case 'import-ended':
      return importEnded(state, input, context);
    case 'build-validated':
      return buildValidated(state, input);
    case 'contents-wanted':
      return contentsWanted(state, input);
    case 'contents-fetched':
      return contentsFetched(state, input, context);
    case 'cascade-ended':
      return cascadeEnded(state, input);
    case 'files-wanted':
      return filesWanted(state, input, context);
    case 'files-read':
      return filesRead(state, input, context);
    case 'snapshot-named':
      return snapshotNamed(state, input);
    case 'prune-wanted':
      return pruneWanted(state, input, context);
    case 'files-removed':
      return { state, effects: [] };
    default:
      return assertNever(input);
  }
};

/** The scheduler's answer at the start; until it comes, definitions still come by their events. */
function releasesTold(
  state: ResolverState,
  { releases }: Of<'releases-told'>,
  context: DecideContext,
): Decision<ResolverState> {
  if (releases === null) {
    const again: ResolverInput = { type: 'started' };
    return { state, effects: [wakeAt('releases', later(context.at, askAgainMs), again)] };
  }
  return { state, effects: releases.map((told) => tellSelf({ type: 'release-known', ...told })) };
}

function factsRead(state: ResolverState, { facts }: Of<'facts-read'>): Decision<ResolverState> {
  const fresh = Object.entries(facts).filter(([digest]) => !state.facts.has(digest));
  const next = fresh.reduce((on, [id, one]) => put(on, 'facts', { id, revision: 0, facts: one }), state);
  return { state: next, effects: [] };
}

function cascadeEnded(state: ResolverState, input: Of<'cascade-ended'>): Decision<ResolverState> | Parked {
  const imported = input.completed ? importAfterCascade(state, input) : { state, effects: [] };
  if (isParked(imported)) return imported;
  return { ...imported, state: closeOverlay(imported.state, input) };
}
