import {
  assertNever,
  doWork,
  parkUntil,
  put,
  refuse,
  tellSelf,
  type DecideContext,
  type Decision,
  type Parked,
  type Refusal,
} from '@millrace/kernel';
import { composeIdOf, nextName } from './compose-id';
import { endMaking, endLooking, lookAgain } from './harvest';
import { releasesWork, type HarvesterInput } from './input';
import type { Compose, HarvesterState, Release } from './state';

type Answer = Decision<HarvesterState> | Refusal | Parked;
type Input<Type extends HarvesterInput['type']> = Extract<HarvesterInput, { type: Type }>;

export function decide(state: HarvesterState, input: HarvesterInput, context: DecideContext): Answer {
  switch (input.type) {
    case 'started':
      return { state, effects: [doWork(releasesWork, context.id, {})] };
    case 'releases-told':
      return { state, effects: input.releases.map((r) => tellSelf(knownOf(r))) };
    case 'release-known':
      return learnRelease(state, input);
    case 'wanted':
      return begin(state, input, context);
    case 'cascade-completed':
      return harvestCascade(state, input, context);
    case 'validated':
      return noteArrival(state, input);
    case 'look':
      return lookAgain(
        state,
        [...state.composes.values()].filter((c) => c.id === input.compose),
      );
    case 'looked':
      return endLooking(state, input, context);
    case 'made':
      return endMaking(state, input, context);
    default:
      return assertNever(input);
  }
}

export function releaseToken(release: string): string {
  return `release/${release}`;
}

function learnRelease(state: HarvesterState, { release, revision, definition }: Input<'release-known'>): Answer {
  const before = state.releases.get(release);
  if (before && before.definitionRevision >= revision) return { state, effects: [] };
  const row = { id: release, revision: before?.revision ?? 0, definitionRevision: revision, definition };
  return { state: put(state, 'releases', row), effects: [], appeared: [releaseToken(release)] };
}

function knownOf(of: Input<'releases-told'>['releases'][number]): HarvesterInput {
  return { type: 'release-known', release: of.name, revision: of.revision, definition: of.definition };
}

function begin(state: HarvesterState, input: Input<'wanted'>, context: DecideContext): Answer {
  const release = state.releases.get(input.release);
  if (!release && input.origin === 'event') {
    return parkUntil(releaseToken(input.release), `release ${input.release} is not known yet`);
  }
  if (!release) {
    const remedy = 'see `millrace release list`, and apply its definition with `millrace release apply`';
    return refuse('release-unknown', `there is no release '${input.release}'`, remedy, 'missing');
  }
  const because = input.why || `${context.who} asked for it`;
  return newCompose(state, release, { because, by: context.who, cascade: null }, context);
}

/** A completed cascade provides what composes wait for; without such a one it makes a compose where the release says so. */
function harvestCascade(state: HarvesterState, input: Input<'cascade-completed'>, context: DecideContext): Answer {
  const release = state.releases.get(input.release);
  if (!release) return parkUntil(releaseToken(input.release), `release ${input.release} is not known yet`);
  const all = [...state.composes.values()];
  const waiting = all.filter((compose) => compose.state === 'waiting');
  if (waiting.length > 0) return lookAgain(state, waiting);
  const done = all.some((compose) => compose.cascade === input.cascade);
  if (done || !release.definition.compose?.automatic) return { state, effects: [] };
  const because = `cascade ${input.cascade} completed`;
  return newCompose(state, release, { because, by: context.who, cascade: input.cascade }, context);
}

function newCompose(
  state: HarvesterState,
  release: Release,
  of: Pick<Compose, 'because' | 'by' | 'cascade'>,
  { at }: DecideContext,
): Decision<HarvesterState> | Refusal {
  const settings = release.definition.compose;
  if (!settings) {
    const remedy = "add a section 'compose' with short and version to its definition, and apply it";
    return refuse('compose-unnamed', `the definition of ${release.id} does not say what its composes are`, remedy);
  }
  const [counter] = state.counters.values();
  const next = nextName(release.definition, settings, counter, at);
  const compose: Compose = {
    ...of,
    id: composeIdOf(next.name),
    revision: 0,
    release: release.id,
    state: 'waiting',
    name: next.name,
    slots: [],
    missing: [],
    asked: [],
    arrived: [],
    looks: 0,
    attempts: 0,
    path: null,
    counts: { packages: 0, sources: 0, images: 0 },
    problem: null,
    at,
    finishedAt: null,
  };
  const decision = lookAgain(put(state, 'counters', next.counter), [compose]);
  return { ...decision, reply: { compose: compose.id, text: `compose ${compose.id} is being made` } };
}

/** Looking costs a question about the whole release, so it waits until all that was missing has come. */
function noteArrival(state: HarvesterState, { component }: Input<'validated'>): Answer {
  const concerned = [...state.composes.values()]
    .filter((c) => c.state === 'waiting' && c.missing.includes(component) && !c.arrived.includes(component))
    .map((c) => ({ ...c, arrived: [...c.arrived, component] }));
  const noted = concerned.reduce((so, compose) => put(so, 'composes', compose), state);
  return lookAgain(
    noted,
    concerned.filter((c) => c.arrived.length === c.missing.length),
  );
}
