import type { Paint } from './paint';
import { paintState } from './paint';
import type { CascadeView, CascadeWhole } from './naming';
import { table } from './table';
import { countsText, orDash, some, span, when } from './words';

export type RebuildView = CascadeWhole['rebuilds'][number];

export function cascadesTable(cascades: readonly CascadeView[], paint: Paint, now: string): string {
  return table(
    ['CASCADE', 'RELEASE', 'STATE', 'ROOTS', 'REBUILDS', 'TIME', 'STARTED', 'WHY'],
    cascades.map((c) => [
      c.cascade,
      c.release,
      paintState(paint, c.state),
      some(c.roots, 2),
      countsText(c.counts),
      span(c.startedAt, c.endedAt, now),
      when(c.startedAt),
      c.why.slice(0, 60),
    ]),
    'no cascades',
  );
}

export function cascadeText(cascade: CascadeWhole, paint: Paint, now: string): string {
  const { repository } = cascade;
  return [
    `cascade ${paint('bold', cascade.cascade)} of ${cascade.release} is ${paintState(paint, cascade.state)}`,
    `  why        ${cascade.why} (${cascade.by})`,
    `  plan       ${cascade.plan} in ${cascade.tiers} tiers, scope ${cascade.scope}, pace ${cascade.pace}`,
    ...olderDefinition(cascade),
    `  rebuilds   ${countsText(cascade.counts)}`,
    `  time       ${span(cascade.startedAt, cascade.endedAt, now)} since ${when(cascade.startedAt)}`,
    ...(cascade.gates ?? []).map((gate) => `  gate       ${gateWords(gate)}`),
    ...(repository ? [`  repository ${repository.address}${cascade.landed ? ' (landed)' : ''}`] : []),
    '',
    rebuildsTable(cascade.rebuilds, paint, now),
  ].join('\n');
}

/** A changed definition applies to new plans. */
function olderDefinition({ definitionRevision: own, currentRevision: now, endedAt }: CascadeWhole): string[] {
  if (own === undefined || now === undefined || own >= now || endedAt !== null) return [];
  return [`  definition revision ${own}; revision ${now} is in force for new plans`];
}

function gateWords({ tier, builds, subject, decision, because }: NonNullable<CascadeWhole['gates']>[number]): string {
  const about = subject === null ? '' : ` (${builds} builds, ${subject})`;
  return `${tier === null ? 'of the whole cascade' : `of tier ${tier}`}${about}: ${decision}, ${because}`;
}

function rebuildsTable(rebuilds: readonly RebuildView[], paint: Paint, now: string): string {
  const sorted = [...rebuilds].sort(
    (a, b) => a.tier - b.tier || a.component.localeCompare(b.component) || a.pass - b.pass,
  );
  return table(
    ['TIER', 'COMPONENT', 'STATE', 'TIME', 'BUILD', 'WAITS FOR, OR WHY'],
    sorted.map((r) => [
      String(r.tier),
      nameOf(r),
      paintState(paint, r.held ? 'held' : r.state),
      span(r.startedAt, r.endedAt, now),
      orDash(r.nvr),
      reasonOf(r),
    ]),
    'no rebuilds',
  );
}

export function nameOf(rebuild: Pick<RebuildView, 'component' | 'bootstrap' | 'generation'>): string {
  const generation = rebuild.generation > 1 ? ` (generation ${rebuild.generation})` : '';
  return rebuild.component + (rebuild.bootstrap ? ' (bootstrap)' : '') + generation;
}

function reasonOf(rebuild: RebuildView): string {
  // What was passed over or given up may have failed before.
  const isOver = rebuild.state === 'skipped' || rebuild.state === 'cancelled';
  if (rebuild.evidence && !isOver) return rebuild.evidence.summary.slice(0, 100);
  if (rebuild.state === 'waiting') return some(rebuild.waitsFor);
  if (rebuild.resumed) return 'went on by a hand-made build';
  return rebuild.because.slice(0, 80);
}
