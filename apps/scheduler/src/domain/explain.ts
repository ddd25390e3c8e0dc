import { assertNever } from '@millrace/kernel';
import type { BuildRow, CascadeRow, RebuildRow } from './state';
import { fullCounts, listed, makeCommand, retryCommand } from './words';

/** What an explanation is made from: a rebuild with its needs, its build, and its cascade. */
export interface Explained {
  readonly cascade: CascadeRow;
  readonly rebuild: RebuildRow;
  readonly needs: readonly RebuildRow[];
  readonly build: BuildRow | null;
  /** Components that wait for it directly. */
  readonly dependants: readonly string[];
}

/** Why a rebuild is where it is, what it waits for, and what would free it: the same words for every door. */
export function explainRebuild({ cascade, rebuild, needs, build, dependants }: Explained): string[] {
  const pass = rebuild.pass > 1 || rebuild.bootstrap ? ` (pass ${rebuild.pass}${bootstrapWords(rebuild)})` : '';
  return [
    `${rebuild.component}${pass} is ${rebuild.state} in cascade ${cascade.id}, which is ${cascade.state}.`,
    `It is in the plan because: ${rebuild.planned}.`,
    `It stands in tier ${rebuild.tier}${needs.length > 0 ? ` and needs ${listed(names(needs), 10)}` : ' and needs nothing else here'}.`,
    ...whereItIs(cascade, rebuild, needs, build),
    ...(rebuild.doubtful
      ? ['Its verdict turned after it was validated: it blocks what was not started, and landing.']
      : []),
    ...(dependants.length > 0 ? [`Waiting for it: ${listed([...dependants], 10)}.`] : []),
  ];
}

export function explainCascade(cascade: CascadeRow, stuck: readonly RebuildRow[]): string[] {
  const counts = Object.entries(fullCounts(cascade.counts)).filter(([, count]) => count > 0);
  const tally = counts.map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `Cascade ${cascade.id} of ${cascade.release} is ${cascade.state}; ${cascade.by} started it: ${cascade.why}.`,
    cascade.plan === 0 ? 'It has no plan yet.' : `Plan ${cascade.plan} has ${cascade.tiers} tiers: ${tally}.`,
    ...(cascade.planning.asked > cascade.planning.made ? ['The resolver is being asked for its plan.'] : []),
    ...(cascade.closing && cascade.state === 'running' ? ['Everything is settled; it is landing.'] : []),
    ...(cascade.problem ? [`What hinders it: ${cascade.problem}.`] : []),
    ...(cascade.doubtful > 0
      ? [`${cascade.doubtful} validated builds are in doubt: nothing lands until they are not.`]
      : []),
    ...(cascade.state === 'awaiting-approval' ? [`A person lets it start: millrace cascade resume ${cascade.id}`] : []),
    ...stuck.map((row) => `${row.component} ${row.state}: ${row.because}`),
  ];
}

function whereItIs(
  cascade: CascadeRow,
  rebuild: RebuildRow,
  needs: readonly RebuildRow[],
  build: BuildRow | null,
): string[] {
  const { state } = rebuild;
  const commands = [makeCommand(rebuild.release, cascade.id), retryCommand(cascade.id, rebuild.component)];
  switch (state) {
    case 'waiting':
      return waits(rebuild, needs);
    case 'ready':
      return [
        cascade.state === 'held' ? 'It is ready; the cascade is held.' : 'It is ready and waits for a free slot.',
      ];
    case 'submitting':
    case 'building':
      return [`Attempt ${rebuild.attempt}${rebuild.build ? ` is build ${rebuild.build}` : ''}: ${rebuild.because}.`];
    case 'gating':
      return [`Build ${rebuild.nvr ?? rebuild.build} waits for its gate: ${rebuild.because}.`];
    case 'validated':
      return [`Build ${rebuild.nvr} is validated${rebuild.origin === 'hand' ? '; it was built by hand' : ''}.`];
    case 'failed':
    case 'rejected':
      return [
        `${state === 'failed' ? 'It failed' : 'Its gate said no'}: ${rebuild.because}.`,
        ...(build?.evidence?.logs ?? rebuild.evidence?.logs ?? []).map((log) => `Log: ${log.address}`),
        `To free it: ${commands.join('   or: ')}`,
      ];
    case 'skipped':
    case 'unneeded':
    case 'cancelled':
      return [`It needs no build any more: ${rebuild.because}.`];
    default:
      return assertNever(state);
  }
}

function waits(rebuild: RebuildRow, needs: readonly RebuildRow[]): string[] {
  const open = needs.filter((need) => rebuild.open.includes(need.id));
  const lines = open.map((need) => `It waits for ${need.component}, which is ${need.state}: ${need.because}.`);
  if (rebuild.held)
    lines.push(
      `It is held: ${rebuild.because}. To let it go: millrace cascade resume ${rebuild.cascade} ${rebuild.component}`,
    );
  return lines.length > 0 ? lines : [`It waits: ${rebuild.because}.`];
}

function names(rows: readonly RebuildRow[]): string[] {
  return [...new Set(rows.map((row) => row.component))];
}

function bootstrapWords(rebuild: RebuildRow): string {
  return rebuild.bootstrap ? ', the bootstrap' : '';
}
