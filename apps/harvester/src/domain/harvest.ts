import { composeFailed, composeFinished, rebuildWanted, say } from '@millrace/contracts';
import { doWork, later, put, wakeAt, type DecideContext, type Decision, type Effect } from '@millrace/kernel';
import { lookWork, makeWork, type HarvesterInput, type LookOrder, type MakeOrder, type Stock } from './input';
import { slotsOf } from './slots';
import type { Compose, HarvesterState } from './state';

type Input<Type extends HarvesterInput['type']> = Extract<HarvesterInput, { type: Type }>;
type Answer = Decision<HarvesterState>;

const pauseMs = 30_000;
const maxLooks = 200;

/** Asks once more what there is, for each of these composes that still waits. */
export function lookAgain(state: HarvesterState, composes: readonly Compose[]): Answer {
  return composes
    .filter((compose) => compose.state === 'waiting')
    .reduce<Answer>(
      (so, { looks, ...compose }) => {
        const order: LookOrder = { release: compose.release, compose: compose.id, look: looks + 1 };
        return {
          state: put(so.state, 'composes', { ...compose, looks: looks + 1 }),
          effects: [...so.effects, doWork(lookWork, `${compose.id}/${looks + 1}`, order)],
        };
      },
      { state, effects: [] },
    );
}

/** What was found: all of it is made into a compose; what is missing is asked for, each component once. */
export function endLooking(state: HarvesterState, input: Input<'looked'>, { at }: DecideContext): Answer {
  const compose = state.composes.get(input.compose);
  const definition = state.releases.get(input.release)?.definition;
  if (!definition?.compose || compose?.state !== 'waiting' || compose.looks !== input.look) return same(state);
  if (!input.outcome.ok) return lookLater(state, compose, input.outcome.fault, at);
  const slots = slotsOf(definition, definition.compose, input.outcome.value);
  const found: Compose = {
    ...compose,
    slots,
    missing: slots.filter((slot) => slot.build === null).map((slot) => slot.component),
    arrived: [],
    problem: null,
  };
  if (slots.length === 0) {
    const remedy = "compare 'include' of its compose section with `millrace graph show`";
    return fail(state, found, `no component of ${compose.release} belongs into a compose`, remedy, at);
  }
  return found.missing.length > 0 ? wait(state, found) : make(state, found, input.outcome.value);
}

export function endMaking(state: HarvesterState, input: Input<'made'>, { at }: DecideContext): Answer {
  const compose = state.composes.get(input.compose);
  if (compose?.state !== 'making') return same(state);
  if (!input.outcome.ok) {
    const { message, remedy } = input.outcome.fault;
    return fail(state, compose, message, remedy ?? 'make it again with `millrace compose make`', at);
  }
  const { path, ...counts } = input.outcome.value;
  const finished: Compose = { ...compose, state: 'finished', path, counts, problem: null, finishedAt: at };
  const data = { release: compose.release, compose: compose.id, path, because: compose.because, ...counts };
  return { state: put(state, 'composes', finished), effects: [say(composeFinished, { ...about(compose), data })] };
}

function wait(state: HarvesterState, compose: Compose): Answer {
  const fresh = compose.missing.filter((component) => !compose.asked.includes(component));
  const waiting: Compose = { ...compose, asked: [...compose.asked, ...fresh] };
  const data = { release: compose.release, compose: compose.id, components: fresh };
  const effects = fresh.length === 0 ? [] : [say(rebuildWanted, { ...about(compose), data })];
  return { state: put(state, 'composes', waiting), effects };
}

function make(state: HarvesterState, compose: Compose, { repository }: Stock): Answer {
  const making: Compose = { ...compose, state: 'making', attempts: compose.attempts + 1 };
  const { id, release, name, at, slots } = making;
  const order: MakeOrder = { release, compose: id, name, at, repository, slots };
  return { state: put(state, 'composes', making), effects: [doWork(makeWork, `${id}/${making.attempts}`, order)] };
}

type Failed = Extract<Input<'looked'>['outcome'], { ok: false }>['fault'];

/** The other services may be starting, or importing: what there is will be known later. */
function lookLater(state: HarvesterState, compose: Compose, fault: Failed, at: string): Answer {
  const passes = fault.kind === 'unavailable' || fault.kind === 'missing';
  if (!passes || compose.looks >= maxLooks) {
    return fail(state, compose, fault.message, fault.remedy ?? 'make it again with `millrace compose make`', at);
  }
  const again: HarvesterInput = { type: 'look', release: compose.release, compose: compose.id };
  const waiting: Compose = { ...compose, problem: fault.message };
  const effects: Effect[] = [wakeAt(`look/${compose.id}`, later(at, pauseMs), again)];
  return { state: put(state, 'composes', waiting), effects };
}

function fail(state: HarvesterState, compose: Compose, reason: string, remedy: string, at: string): Answer {
  const failed: Compose = { ...compose, state: 'failed', problem: `${reason}; ${remedy}`, finishedAt: at };
  const data = {
    release: compose.release,
    compose: compose.id,
    path: '',
    because: compose.because,
    reason: reason.slice(0, 2000),
    remedy: remedy.slice(0, 1000),
  };
  return { state: put(state, 'composes', failed), effects: [say(composeFailed, { ...about(compose), data })] };
}

/** Each save of a compose raises its revision, and so does what is said of it. */
function about(compose: Compose) {
  return { release: compose.release, subject: compose.id, revision: compose.revision + 1 };
}

function same(state: HarvesterState): Answer {
  return { state, effects: [] };
}
