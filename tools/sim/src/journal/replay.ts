import { isParked, isRefusal, moment } from '@millrace/kernel';
import { decide } from '@millrace/scheduler/domain/decide';
import { load } from '@millrace/scheduler/store/load';
import { MemoryStore } from '../driver/memory-store';
import { briefOf } from './brief';
import type { Given } from './traces';

/** Gives the decider the inputs of a trace one after another, and says in brief what it decides. Nothing else happens. */
export async function replay(given: readonly Given[]): Promise<readonly string[]> {
  const store = new MemoryStore();
  const decisions: string[] = [];
  for (const [n, { atMs, who, input }] of given.entries()) {
    const before = await load(store.read, input);
    const decided = decide(before, input, { at: moment(atMs), id: `input-${n + 1}`, who });
    const taken = { input, who, atMs, before };
    if (isParked(decided)) decisions.push(briefOf({ ...taken, effects: [], refusal: null, after: before }));
    else if (isRefusal(decided)) decisions.push(briefOf({ ...taken, effects: [], refusal: decided, after: before }));
    else {
      store.apply(before, decided.state);
      decisions.push(briefOf({ ...taken, effects: decided.effects, refusal: null, after: decided.state }));
    }
  }
  return decisions;
}
