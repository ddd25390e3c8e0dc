import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import type { Input } from '../input';
import type { Turn } from '../turn';
import { actable } from './actable';
import type { ActInput, Verb } from './act-input';
import { either, nothingDone, nothingThere, past, wholeNeedsAll } from './act-words';
import { outcomesIn, type Outcome } from './outcomes';
import { cascadesOf, mostActs } from './reach';
import { wantWaiver, wantWaivers } from './waivers';

type Wanted = Extract<ActInput, { type: 'acts.wanted' }>;

export interface ActsDone {
  readonly done: boolean;
  readonly text: string;
  readonly acts: readonly Outcome[];
}

export function decideActs(turn: Turn, input: ActInput): unknown {
  switch (input.type) {
    case 'acts.wanted':
      return actOnAll(turn, input);
    case 'waivers.wanted':
      return wantWaivers(turn, input);
    case 'waiver.wanted':
      return wantWaiver(turn, input);
  }
}

/**
 * One act on many: what is wrong with the request itself refuses all of it. Else each thing becomes an act of its own,
 * with its own entry in the journal under the name of who asked, and the answer says of each whether it can be done.
 */
function actOnAll(turn: Turn, input: Wanted): Refusal | ActsDone {
  const { verb, scope } = input;
  const cascades = cascadesOf(turn, scope);
  if (isRefusal(cascades)) return cascades;
  if (scope.cascade !== null && wholeNeedsAll(input)) return refuseWhole(verb);
  const acts = cascades.flatMap((one) => outcomesIn(turn, input, one));
  if (acts.length > mostActs) return tooMany(acts.length);
  if (acts.length === 0) return nothingThere(input);
  if (!acts.some((one) => one.done)) return nothingDone(input, acts);
  for (const act of acts) if (act.done) turn.self(inputOf(input, act));
  const count = acts.filter((one) => one.done).length;
  const text = acts.length === 1 ? acts[0]!.text : `${count} of ${acts.length} ${past[verb]}`;
  return { done: true, text, acts };
}

function inputOf(input: Wanted, { cascade, component }: Outcome): Input {
  const { verb, release, why, priority, source, sources } = input;
  const about = { release, cascade, component, why };
  switch (verb) {
    case 'retry':
      return { type: 'cascade.retry', ...about, sources };
    case 'raise':
      return { type: 'cascade.raise', ...about, priority };
    case 'add':
      return { type: 'cascade.add', ...about, source };
    case 'cancel':
    case 'skip':
    case 'remove':
      return { type: `cascade.${verb}`, ...about };
  }
}

function refuseWhole(verb: Verb): Refusal {
  const states = either(actable[verb]);
  const because = `${verb} needs a component: of a whole cascade it is done to all that is ${states} only when that is said`;
  return refuse('component-missing', because, 'name the component or a tier; or say that all is meant: --all');
}

function tooMany(count: number): Refusal {
  const because = `this would be done to ${count} things or more, and one request is about ${mostActs} at most`;
  return refuse('acts-too-many', because, 'name a tier or a component, or cancel the cascade');
}
