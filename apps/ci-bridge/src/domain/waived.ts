import type { Requirement } from './gate';
import { stampOf, type Stamp } from './stamp';
import type { VerdictRow, WaiverRow } from './state';
import { namesOf, sameType } from './subject';
import type { Moment } from '@millrace/kernel';

/** What waivers say about one test. */
export interface Waived {
  /** The waiver that helps; null: none does. */
  readonly by: WaiverRow | null;
  /** One that would help if somebody else waived too. */
  readonly alone: WaiverRow | null;
}

/** A waiver only ever helps what it names and as far as it reaches; see {@link waiverScopes}. */
export function waiversFor(verdict: VerdictRow, waivers: readonly WaiverRow[], at: Moment): readonly WaiverRow[] {
  const names = namesOf(verdict.subject);
  const now = stampOf(at);
  return waivers.filter(
    (waiver) =>
      waiver.product_version === verdict.product_version && reaches(waiver, verdict, names) && holds(waiver, now),
  );
}

/**
 * The newest word counts: what was taken back helps no more, whoever did. A waiver without a scenario covers all of
 * them. Words of different reach do not take one another back.
 */
export function waivedBy(
  waivers: readonly WaiverRow[],
  { test, twoPersons }: Pick<Requirement, 'test' | 'twoPersons'>,
  scenario: string | null,
): Waived {
  const about = waivers.filter((waiver) => waiver.testcase === test).sort((a, b) => b.number - a.number);
  const words = [...new Set([null, scenario])].flatMap((covered) =>
    [...new Set(about.map((waiver) => waiver.scope ?? 'build'))].map((scope) =>
      sinceTakenBack(about.filter((one) => one.scenario === covered && (one.scope ?? 'build') === scope)),
    ),
  );
  const good = words.filter((list) => list.length > 0 && (!twoPersons || people(list) >= 2));
  const first = good.flat().sort((a, b) => b.number - a.number)[0] ?? null;
  const together = twoPersons && first === null && people(words.flat()) >= 2;
  const newest = words.flat().sort((a, b) => b.number - a.number)[0] ?? null;
  return together ? { by: newest, alone: null } : { by: first, alone: first === null ? newest : null };
}

/** When the next of these waivers ends by itself. */
export function nextExpiry(waivers: readonly WaiverRow[]): Stamp | null {
  return (
    waivers
      .flatMap(({ expires_at }) => expires_at ?? [])
      .sort()
      .at(0) ?? null
  );
}

function reaches(waiver: WaiverRow, verdict: VerdictRow, names: readonly string[]): boolean {
  switch (waiver.scope ?? 'build') {
    case 'build':
      return names.includes(waiver.subject_id) && sameType(waiver.subject_type, verdict.subject.type);
    case 'component':
      return waiver.component === verdict.component;
    case 'cascade':
      return verdict.cascade !== null && waiver.cascade === verdict.cascade;
  }
}

function holds({ expires_at = null, ended_at = null }: WaiverRow, now: Stamp): boolean {
  return [expires_at, ended_at].every((end) => end === null || now < end);
}

function sinceTakenBack(newestFirst: readonly WaiverRow[]): readonly WaiverRow[] {
  const end = newestFirst.findIndex((waiver) => !waiver.waived);
  return end < 0 ? newestFirst : newestFirst.slice(0, end);
}

/** Whoever waives in another's name adds no second person. */
function people(waivers: readonly WaiverRow[]): number {
  return new Set(waivers.map((waiver) => waiver.proxied_by ?? waiver.username)).size;
}
