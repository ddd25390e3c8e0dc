import { assertNever, refuse, type Refusal } from '@millrace/kernel';
import type { CascadeRow } from '../state';
import type { ActInput, Verb } from './act-input';
import type { Outcome } from './outcomes';

type Wanted = Extract<ActInput, { type: 'acts.wanted' }>;

export const past: Readonly<Record<Verb, string>> = {
  cancel: 'cancelled',
  retry: 'retried',
  skip: 'skipped',
  remove: 'removed',
  raise: 'raised',
  add: 'added',
};

export function words({ verb, priority }: Wanted, component: string): string {
  switch (verb) {
    case 'cancel':
      return `${component} is cancelled, and what cannot go on without it`;
    case 'retry':
      return `${component} will be built again`;
    case 'skip':
      return `${component} is skipped: what needs it goes on with its old build`;
    case 'remove':
      return `${component} is out of the plan: what needs it goes on with its old build`;
    case 'raise':
      return `${component} has priority ${priority} now`;
    case 'add':
      return `${component} joins with the next plan`;
    default:
      return assertNever(verb);
  }
}

export function wholeWords({ id }: CascadeRow, { verb, priority }: Wanted): string {
  if (verb === 'cancel') return `cascade ${id} is cancelled; the release is as it was`;
  return `cascade ${id} has urgency ${urgencyOf(priority)} now`;
}

/** `a, b or c`. */
export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** What a priority is for a whole cascade. */
export function urgencyOf(priority: number): 'security' | 'normal' | 'background' {
  return priority > 0 ? 'security' : priority < 0 ? 'background' : 'normal';
}

/** An act that ends or changes rebuilds one by one is not taken for a whole cascade by the way. */
export function wholeNeedsAll({ verb, scope, all }: Wanted): boolean {
  return (verb === 'skip' || verb === 'remove') && scope.component === null && scope.tier === null && !all;
}

export function tierUnknown({ id, tiers }: CascadeRow, tier: number): Refusal {
  const remedy =
    tiers === 0 ? 'wait for its plan' : `look at \`millrace cascade show ${id}\`: its tiers are 0 to ${tiers - 1}`;
  return refuse('tier-unknown', `cascade ${id} has no tier ${tier}`, remedy, 'missing');
}

/** Nothing fits that the act could be done to. */
export function nothingThere({ verb, scope, release }: Wanted): Refusal {
  const { cascade, component, tier } = scope;
  const remedy = cascade === null ? 'look at `millrace cascade list`' : `look at \`millrace cascade show ${cascade}\``;
  if (component !== null) {
    const because = `no running cascade of release ${release} rebuilds ${component}`;
    return refuse('rebuild-unknown', because, remedy, 'missing');
  }
  const where = cascade === null ? `release ${release}` : `cascade ${cascade}`;
  if (verb === 'retry') {
    const because = `nothing in ${tier === null ? '' : `tier ${tier} of `}${where} has failed`;
    return refuse('nothing-failed', because, remedy, 'conflict');
  }
  const because = `nothing in ${tier === null ? '' : `tier ${tier} of `}${where} can be ${past[verb]}`;
  return refuse('nothing-done', because, remedy, 'conflict');
}

/** All of it is refused: for one thing in that one's words. */
export function nothingDone(input: Wanted, acts: readonly Outcome[]): Refusal {
  const [first] = acts;
  if (acts.length === 1 && first?.code !== undefined) {
    const kind = first.code === 'rebuild-unknown' ? 'missing' : 'conflict';
    return refuse(first.code, first.text, first.remedy ?? '', kind);
  }
  const because = `nothing of that can be ${past[input.verb]}: ${first?.text ?? ''}`;
  return refuse('nothing-done', because.slice(0, 1000), 'look at `millrace cascade show`', 'conflict');
}
