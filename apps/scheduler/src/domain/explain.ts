import { assertNever, type Moment } from '@millrace/kernel';
import { gateKey, gateLine } from './group-gate/rows';
import { awaitedTier } from './needs';
import { isFollowing } from './following';
import type { BuildRow, CascadeRow, RebuildRow } from './state';
import type { Step } from './explain-paths';
import { fullCounts, listed } from './words';

/** What an explanation is made from: a rebuild with its needs, its build, and its cascade. */
export interface Explained {
  readonly cascade: CascadeRow;
  readonly rebuild: RebuildRow;
  readonly needs: readonly RebuildRow[];
  readonly build: BuildRow | null;
  /** Components that wait for it directly. */
  readonly dependants: readonly string[];
  /** From a changed component to this one. */
  readonly path: readonly Step[];
  /** When a rebuild is expected to be validated; null: a person must act first, or it is over. */
  readonly expected: (rebuild: RebuildRow) => Moment | null;
  /** Commands that would let it go on. */
  readonly unblock: readonly string[];
}

/** What is expected of a whole cascade, and what it cost so far. */
export interface Prospect {
  readonly finish: Moment | null;
  readonly chain: readonly string[];
  readonly builderHours: number;
  readonly builderHoursLeft: number;
  readonly stuck: number;
}

/** Why a rebuild is where it is, what it waits for, and what would free it: the same words for every door. */
export function explainRebuild(explained: Explained): string[] {
  const { cascade, rebuild, needs, build, dependants, path, unblock } = explained;
  const expected = explained.expected(rebuild);
  const pass = rebuild.pass > 1 || rebuild.bootstrap ? ` (pass ${rebuild.pass}${bootstrapWords(rebuild)})` : '';
  return [
    `${rebuild.component}${pass} is ${rebuild.state} in cascade ${cascade.id}, which is ${cascade.state}.`,
    `It is in the plan because: ${rebuild.must ?? rebuild.planned}.`,
    ...(path.length > 1 ? [`The way to it: ${path.map(stepWords).join(' -> ')}.`] : []),
    `It stands in tier ${rebuild.tier}${needs.length > 0 ? ` and needs ${listed(names(needs), 10)}` : ' and needs nothing else here'}.`,
    ...whereItIs(explained),
    ...(expected === null ? [] : [`It is expected to be validated at ${expected}.`]),
    ...(build && rebuild.passed ? [`The verdict that lets its dependants start: passed at ${rebuild.passed.at}.`] : []),
    ...(rebuild.doubtful ? [`It is in doubt (${rebuild.because}): it blocks what was not started, and landing.`] : []),
    ...(unblock.length > 0 ? [`To free it: ${unblock.join('   or: ')}`] : []),
    ...(dependants.length > 0 ? [`Waiting for it: ${listed([...dependants], 10)}.`] : []),
  ];
}

export function explainCascade(cascade: CascadeRow, stuck: readonly RebuildRow[], prospect: Prospect): string[] {
  const counts = Object.entries(fullCounts(cascade.counts)).filter(([, count]) => count > 0);
  const tally = counts.map(([state, count]) => `${count} ${state}`).join(', ');
  return [
    `Cascade ${cascade.id} of ${cascade.release} is ${cascade.state}; ${cascade.by} started it: ${cascade.why}.`,
    cascade.plan === 0 ? 'It has no plan yet.' : `Plan ${cascade.plan} has ${cascade.tiers} tiers: ${tally}.`,
    ...(cascade.planning.asked > cascade.planning.made ? ['The resolver is being asked for its plan.'] : []),
    ...(cascade.closing && cascade.state === 'running' ? ['Everything is settled; it is landing.'] : []),
    ...Object.values(cascade.gates ?? {}).map(gateLine),
    ...(cascade.problem
      ? [`${cascade.state === 'cancelled' ? 'Why it ended' : 'What hinders it'}: ${cascade.problem}.`]
      : []),
    ...(cascade.doubtful > 0
      ? [`${cascade.doubtful} validated builds are in doubt: nothing lands until they are not.`]
      : []),
    ...(cascade.superseded ?? []).map(
      (one) => `Its root ${one.component} was superseded at ${one.at} by ${one.because}.`,
    ),
    ...(cascade.state === 'awaiting-approval' ? [approvalWords(cascade)] : []),
    ...prospectLines(cascade, prospect),
    ...stuck.map((row) => `${row.component} ${stuckWord(row)}: ${row.because}`),
  ];
}

function approvalWords({ id, release, observed }: CascadeRow): string {
  if (observed !== true) return `A person lets it start: millrace cascade resume ${id}`;
  return `Release ${release} only observed when it was planned: nothing of it starts. What people build is compared with it.`;
}

function stuckWord({ state, doubtful, held }: RebuildRow): string {
  if (doubtful) return 'is in doubt';
  return held && state !== 'failed' && state !== 'rejected' ? 'is held' : state;
}

function prospectLines(cascade: CascadeRow, prospect: Prospect): string[] {
  const { finish, chain, builderHours, builderHoursLeft, stuck } = prospect;
  const left = cascade.endedAt === null ? `; ${hours(builderHoursLeft)} more are expected` : '';
  return [
    `It has cost ${hours(builderHours)} of builders so far${left}.`,
    ...(finish === null ? [] : [`What can go on is expected to be done at ${finish}.`]),
    ...(chain.length > 1 ? [`Its critical path: ${some(chain, 12)}.`] : []),
    ...(stuck > 0 ? [`${stuck} rebuilds wait for a person in the end.`] : []),
  ];
}

function hours(value: number): string {
  return `${value.toFixed(2)} hours`;
}

/** The first and the last of a chain that is too long to be shown. */
function some(chain: readonly string[], most: number): string {
  if (chain.length <= most) return chain.join(' -> ');
  return `${chain.slice(0, most - 3).join(' -> ')} -> … (${chain.length - most}) -> ${chain.slice(-3).join(' -> ')}`;
}

function stepWords({ component, because }: Step): string {
  return `${component} (${because})`;
}

function whereItIs({ cascade, rebuild, needs, build, expected }: Explained): string[] {
  const { state } = rebuild;
  switch (state) {
    case 'waiting':
      return waits(cascade, rebuild, needs, expected);
    case 'ready':
      return [`${readyWords(cascade)}${sinceWords(rebuild)}.`];
    case 'submitting':
    case 'building':
      return [
        `Attempt ${rebuild.attempt}${rebuild.build ? ` is build ${rebuild.build}` : ''}${sinceWords(rebuild)}: ${rebuild.because}.`,
      ];
    case 'gating':
      return [`Build ${rebuild.nvr ?? rebuild.build} waits for its gate${sinceWords(rebuild)}: ${rebuild.because}.`];
    case 'validated':
      return [`Build ${rebuild.nvr} is validated${rebuild.origin === 'hand' ? '; it was built by hand' : ''}.`];
    case 'failed':
    case 'rejected':
      return [
        `${state === 'failed' ? 'It failed' : 'Its gate said no'}: ${rebuild.because}.`,
        ...(build?.evidence?.logs ?? rebuild.evidence?.logs ?? []).map((log) => `Log: ${log.address}`),
      ];
    case 'skipped':
    case 'unneeded':
    case 'cancelled':
      return [`It needs no build any more: ${rebuild.because}.`, ...compared(rebuild, needs)];
    default:
      return assertNever(state);
  }
}

function readyWords(cascade: CascadeRow): string {
  if (cascade.state === 'held') return 'It is ready; the cascade is held';
  if (!isFollowing(cascade)) return 'It is ready and waits for a free slot';
  return 'It is ready; its place does not have yet what another cascade has landed';
}

/** What an early cut-off has looked at, and what a skipped one is passed over with. */
function compared({ state }: RebuildRow, needs: readonly RebuildRow[]): string[] {
  if (needs.length === 0 || state === 'cancelled') return [];
  const what = needs.slice(0, 20).map((need) => `${need.component} ${need.nvr ?? need.state}`);
  const words = state === 'unneeded' ? 'Compared, with nothing lost that it uses' : 'What it needs here';
  return [`${words}: ${listed(what, 20)}.`];
}

function waits(
  cascade: CascadeRow,
  rebuild: RebuildRow,
  needs: readonly RebuildRow[],
  expected: Explained['expected'],
): string[] {
  const open = needs.filter((need) => rebuild.open.includes(need.id));
  const lines = open.map((need) => {
    const [since, at] = [sinceOf(need), expected(need)];
    const times = [...(since === null ? [] : [`since ${since}`]), ...(at === null ? [] : [`expected at ${at}`])];
    const when = times.length === 0 ? '' : ` (${times.join(', ')})`;
    return `It waits for ${need.component}, which is ${need.state}${when}: ${need.because}.`;
  });
  if (rebuild.held)
    lines.push(
      `It is held: ${rebuild.because}. To let it go: millrace cascade resume ${rebuild.cascade} ${rebuild.component}`,
    );
  return lines.length > 0 ? lines : [...awaitedGate(cascade, rebuild), `It waits: ${rebuild.because}.`];
}

function awaitedGate(cascade: CascadeRow, rebuild: RebuildRow): string[] {
  const tier = awaitedTier(cascade, rebuild);
  const gate = tier === null ? undefined : cascade.gates?.[gateKey(tier)];
  if (tier === null) return [];
  if (!gate) return [`It waits for the gate of tier ${tier}, which is asked once that tier is settled.`];
  return [gateLine(gate)];
}

function sinceWords(rebuild: RebuildRow): string {
  const since = sinceOf(rebuild);
  return since === null ? '' : ` (since ${since})`;
}

/** Since when a rebuild is in its state, as far as it is kept. */
export function sinceOf({ state, marks, startedAt, endedAt }: RebuildRow): Moment | null {
  switch (state) {
    case 'waiting':
      return null;
    case 'ready':
      return marks?.ready ?? null;
    case 'submitting':
    case 'building':
      return startedAt;
    case 'gating':
      return marks?.built ?? null;
    default:
      return endedAt;
  }
}

function names(rows: readonly RebuildRow[]): string[] {
  return [...new Set(rows.map((row) => row.component))];
}

function bootstrapWords(rebuild: RebuildRow): string {
  return rebuild.bootstrap ? ', the bootstrap' : '';
}
