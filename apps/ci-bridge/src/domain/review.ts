import type { ReleaseDefinition } from '@millrace/contracts';
import { canonicalJson, tellSelf, type Decision, type Effect } from '@millrace/kernel';
import type { Catalogue } from './catalogue';
import type { Input } from './input';
import type { State } from './state';

/** Verdicts that are looked at again at one go; whatever else comes is decided in between. */
export const reviewPage = 200;

/** Every verdict of a release is looked at again, those that passed too: page by page, each by itself. */
export function reviewRelease(release: string): Effect {
  return tellSelf({ type: 'verdicts-review', release, after: null } satisfies Input, `verdicts-review/${release}`);
}

export function reviewVerdicts(
  state: State,
  { release, after }: Extract<Input, { type: 'verdicts-review' }>,
): Decision<State> {
  const rows = [...state.verdicts.values()].filter((row) => row.release === release && row.id !== after);
  const page = rows.slice(0, reviewPage);
  const reviews = page.map(({ id }) => tellSelf({ type: 'verdict-review', verdict: id } satisfies Input));
  const last = page.at(-1)?.id ?? null;
  const next = { type: 'verdicts-review', release, after: last } satisfies Input;
  return { state, effects: rows.length > page.length ? [...reviews, tellSelf(next)] : reviews };
}

/** Does anything that a verdict depends on differ? */
export function gatesDiffer(before: ReleaseDefinition | undefined, now: ReleaseDefinition): boolean {
  return !before || gatesOf(before) !== gatesOf(now);
}

function gatesOf({ gates, when_no_tests = 'builtin', components }: ReleaseDefinition): string {
  const own = components.filter((one) => one.when_no_tests !== undefined);
  return canonicalJson({
    gates,
    when_no_tests,
    own: own.map(({ match, when_no_tests: says }) => ({ match, says: says! })),
  });
}

/** Releases whose verdicts files and settings speak about: all, when somebody else is asked than before. */
export function releasesConcerned(state: State, before: Catalogue | undefined, now: Catalogue): readonly string[] {
  const settings = ({ asks = [], reruns = [] }: Catalogue): string => canonicalJson({ asks, reruns });
  const all = before !== undefined && settings(before) !== settings(now);
  const rows = [...state.releases.values()];
  return rows.filter(({ definition }) => all || namesPolicies(definition)).map(({ id }) => id);
}

function namesPolicies({ gates }: ReleaseDefinition): boolean {
  return gates.some(({ policies = [] }) => policies.length > 0);
}
