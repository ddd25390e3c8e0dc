import type { Effect, Row } from '@millrace/kernel';
import { epochMs, type Taken } from '../driver/world';

/** A decision in one line: what came, what moved, what was said and ordered. No reasons: words may change. */
export function briefOf({ input, who, atMs, before, after, effects, refusal }: Taken): string {
  const about =
    'rebuild' in input ? ` ${input.rebuild}` : 'component' in input && input.component ? ` ${input.component}` : '';
  const seconds = Math.round((atMs - epochMs) / 1000);
  const head = `${String(seconds).padStart(6)} ${who} ${input.type}${about}`;
  if (refusal) return `${head} => refused ${refusal.code}`;
  const parts = [
    ...moves(before.cascades, after.cascades),
    ...moves(before.rebuilds, after.rebuilds),
    ...effects.flatMap(words),
  ];
  return `${head} => ${parts.join(', ') || 'nothing'}`;
}

interface Moving extends Row {
  readonly state: string;
}

function moves(before: ReadonlyMap<string, Moving>, after: ReadonlyMap<string, Moving>): string[] {
  return [...after.values()].flatMap((row) => {
    const old = before.get(row.id)?.state ?? 'new';
    return old === row.state ? [] : [`${row.id} ${old}>${row.state}`];
  });
}

function words(effect: Effect): string[] {
  switch (effect.lane) {
    case 'bus':
      return [`says ${effect.event.replace(/^millrace\.scheduler\.|\.v\d+$/g, '')}`];
    case 'work':
      return [`orders ${effect.kind} ${effect.key}`];
    case 'deadline':
      return [`${effect.at === null ? 'clears' : 'sets'} ${effect.key}`];
    case 'input':
      return [`tells itself ${(effect.input as { type: string }).type}`];
  }
}
