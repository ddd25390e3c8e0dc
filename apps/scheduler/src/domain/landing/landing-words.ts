import { landingChanged, type LandingFinding } from '@millrace/contracts';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import type { LandingRow } from './landing-rows';

/** Findings that an event names, and components. */
const mostFindings = 50;
const mostStaying = 500;

/** Puts a landing's row, and says it where its state is another one. */
export function moveLanding(turn: Turn, row: LandingRow, patch: Partial<LandingRow>, why: string): LandingRow {
  const next = turn.put('landings', { ...row, ...patch });
  turn.say(landingChanged, next.cascade, {
    landing: next.id,
    cascade: next.cascade,
    release: next.release,
    state: next.state,
    partial: next.partial,
    total: next.total,
    done: next.done,
    findings: next.findings.slice(0, mostFindings),
    staying: next.staying.map((one) => one.component).slice(0, mostStaying),
    stays: next.stays,
    repository: next.repository,
    by: next.by ?? 'scheduler',
    why: clip(why, 1000),
  });
  return next;
}

/** What stands in the way, in one sentence. */
export function findingsWords(findings: readonly LandingFinding[]): string {
  const blocking = findings.filter((one) => one.blocks);
  const [first] = blocking;
  if (!first) return 'nothing stands in its way';
  const names = [...new Set(blocking.map((one) => one.component))];
  const all = names.length === 1 ? '' : ` (${listed(names)})`;
  return clip(`${first.because}${all}. ${first.remedy}`, 1000);
}

/** What an explanation says of a cascade's newest landing. */
export function landingLines(row: LandingRow | null): string[] {
  if (!row) return [];
  const whom = row.by === null ? '' : `, ${row.by} asked for it${row.why ? `: ${row.why}` : ''}`;
  const left = row.stays > 0 ? `; ${row.stays} stay behind` : '';
  return [
    `Its landing ${row.id} is ${row.state}${whom}${left}.`,
    ...(row.state === 'landing' || row.state === 'reverting' ? [`${row.done} of ${row.total} builds are done.`] : []),
    ...(row.undoing === null ? [] : [`It goes back: ${row.undoing}.`]),
    ...(row.state === 'landing' && row.undoing === null && row.aborted
      ? [`It goes back as soon as the call that is under way has ended: ${row.aborted}.`]
      : []),
    ...(row.problem === null ? [] : [`What hinders the landing: ${row.problem}.`]),
    ...row.findings
      .slice(0, 20)
      .map((one) => `${one.blocks ? 'In its way' : 'Worth knowing'}: ${one.because}. ${one.remedy}`),
    ...(row.state === 'planned' && row.by === null
      ? [`It waits for a person: millrace cascade land ${row.cascade}`]
      : []),
    ...(row.state === 'checked' ? [`A person lets it land: millrace cascade land ${row.cascade}`] : []),
  ];
}
