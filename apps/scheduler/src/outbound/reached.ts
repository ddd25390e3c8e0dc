import { doors, type DoorReply } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { CascadeRow, RequestRow } from '../domain/state';
import { listed } from '../domain/words';
import type { Outside } from './outside';

type Impact = DoorReply<typeof doors.resolver.impact>;

export interface Reached {
  readonly impact: Impact;
  /** Nobody named them: they are built unless what they need turns out to offer what they use as before. */
  readonly reached: ReadonlySet<ComponentId>;
}

/**
 * A release whose changes reach far (`reach`) has all that they reach in its first plans. Who has none of the plan in its
 * build root can lose nothing by being built later: it joins when a new build takes something from it.
 */
export async function withReached(
  { asker }: Pick<Outside, 'asker'>,
  cascade: CascadeRow,
  request: RequestRow | null,
  impact: Impact,
): Promise<Reached> {
  const scope = request?.reach;
  if (!scope || request.members === 'all' || cascade.plan > 0) return { impact, reached: new Set() };
  const { release } = cascade;
  const { snapshot, likely, atMost, unknown } = impact;
  const own = new Map(impact.rebuilds.map((one) => [one.component, one.because]));
  if (own.size === 0) return { impact, reached: new Set() };
  const { set } = await asker.ask(doors.resolver.reach, { release, snapshot, changed: [...own.keys()], scope });
  const far = set.map((one) => one.id).filter((id) => !own.has(id));
  if (far.length === 0) return { impact, reached: new Set() };
  const because = `a change of ${listed([...own.keys()].sort())} reaches it (${scope})`;
  const inWords = (whole: Impact): Impact => ({
    ...whole,
    ...{ unknown, likely, atMost },
    rebuilds: whole.rebuilds.map((one) => ({ ...one, because: own.get(one.component) ?? because })),
  });
  let reached: ReadonlySet<ComponentId> = new Set(far);
  for (;;) {
    const whole = await asker.ask(doors.resolver.impact, { release, snapshot, members: [...own.keys(), ...reached] });
    const needing = new Set(whole.rebuilds.filter((one) => one.needs.length > 0).map((one) => one.component));
    const kept = new Set([...reached].filter((id) => needing.has(id)));
    if (kept.size === reached.size) return { impact: inWords(whole), reached };
    // Who needed only one of those that were left out has nothing to wait for either.
    reached = kept;
  }
}
