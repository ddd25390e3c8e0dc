import { isRefusal, type Refusal } from '@millrace/kernel';
import { aliveCascade, notThere, rebuildsOf, rowsOf, wrongState } from '../cascade-members';
import type { CascadeRow } from '../state';
import type { Turn } from '../turn';
import { actable, isActable } from './actable';
import type { ActInput } from './act-input';
import { either, past, wholeWords, words } from './act-words';

type Wanted = Extract<ActInput, { type: 'acts.wanted' }>;

/** What can be done to one thing, or why it cannot. */
export interface Outcome {
  readonly cascade: string;
  /** null: the whole cascade. */
  readonly component: string | null;
  readonly done: boolean;
  readonly text: string;
  readonly code?: string;
  readonly remedy?: string;
}

/** What an act of many does in one of its cascades. The slice holds the rebuilds that it may be about. */
export function outcomesIn(turn: Turn, input: Wanted, cascade: CascadeRow): readonly Outcome[] {
  const { verb, scope } = input;
  const { component, tier } = scope;
  const alive = aliveCascade(turn, cascade.id);
  if (isRefusal(alive)) return [refused(cascade, component, alive)];
  if (component === null && tier === null && (verb === 'cancel' || verb === 'raise')) {
    return [{ cascade: cascade.id, component: null, done: true, text: wholeWords(cascade, input) }];
  }
  if (component !== null) return oneComponent(turn, input, cascade, component);
  const rows = rowsOf(turn, cascade).filter((row) => tier === null || row.tier === tier);
  const named = [...new Set(rows.map((row) => row.component))].sort();
  return named.flatMap((one) => oneComponent(turn, input, cascade, one));
}

function oneComponent(turn: Turn, input: Wanted, cascade: CascadeRow, component: string): readonly Outcome[] {
  const { verb, scope } = input;
  const rows = rebuildsOf(turn, cascade, component);
  if (verb === 'add') return [added(input, cascade, component, rows.length > 0)];
  if (rows.length === 0 && scope.cascade === null) return [];
  if (!rows.some((row) => isActable(row, verb))) {
    const only = `${past[verb]}: only what is ${either(actable[verb])} can be`;
    return [refused(cascade, component, notThere(turn, cascade, component, only))];
  }
  return [{ cascade: cascade.id, component, done: true, text: words(input, component) }];
}

function added(input: Wanted, cascade: CascadeRow, component: string, known: boolean): Outcome {
  if (known) {
    const text = `cascade ${cascade.id} rebuilds ${component} already`;
    return {
      ...{ cascade: cascade.id, component, done: false, text, code: 'rebuild-known' },
      remedy: 'use `millrace cascade retry`, or report its change',
    };
  }
  if (cascade.state === 'planning' || cascade.state === 'awaiting-approval') {
    return refused(cascade, component, wrongState(cascade, 'extended yet'));
  }
  return { cascade: cascade.id, component, done: true, text: words(input, component) };
}

function refused({ id: cascade }: CascadeRow, component: string | null, refusal: Refusal): Outcome {
  const { because: text, code, remedy } = refusal;
  return { cascade, component, done: false, text, code, remedy };
}
