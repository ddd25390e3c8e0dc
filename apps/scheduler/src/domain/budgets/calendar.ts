import type { ReleaseDefinition, Urgency } from '@millrace/contracts';
import { later, msBetween, type ComponentId, type Moment } from '@millrace/kernel';
import { endOf, freezeOf } from '../freeze';
import { quietNow } from './quiet';

type Defined = Pick<ReleaseDefinition, 'budgets' | 'freezes'>;
type Named = readonly ComponentId[] | 'all';

/** Milliseconds until builds may start, when none do after so many; null: they do. */
export type Shut = (ms: number) => number | null;

const minute = 60_000;
/** Freezes and quiet hours that follow one another without a gap. */
const mostInARow = 100;

/** When cascades of an urgency start no builds, in milliseconds from `at`; undefined: there are no quiet hours at all. */
export function shutFrom(definition: Defined, urgency: Urgency, at: Moment): Shut | undefined {
  if (!definition.budgets?.quiet?.length || urgency === 'security') return undefined;
  // A plan has thousands of ends of builds, and many of them in the same minute.
  const known = new Map<number, number | null>();
  return (ms) => {
    const key = Math.floor(ms / minute);
    const found = known.get(key);
    if (found !== undefined) return found !== null && found > ms ? found : null;
    const quiet = quietNow(definition, urgency, later(at, ms));
    const until = quiet && msBetween(at, quiet.until);
    known.set(key, until);
    return until;
  };
}

/** When a freeze of changes, or of landing, no longer keeps these components; `at` itself when none does. */
export function thawOf(
  definition: Defined,
  what: 'changes' | 'landing',
  components: Named,
  urgency: Urgency,
  at: Moment,
): Moment {
  let moment = at;
  for (let n = 0; n < mostInARow; n++) {
    const freeze = freezeOf(definition, what, components, urgency, moment);
    if (!freeze) return moment;
    moment = endOf(freeze);
  }
  return moment;
}
