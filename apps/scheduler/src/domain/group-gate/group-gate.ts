import { verdictWanted, type ReleaseDefinition, type VerdictReason } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { goOn, unstall } from '../advance';
import type { CascadeRow } from '../state';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import type { GroupGateInput } from './input';
import { gateKey, gateName, gatesOf, groupBuild, type GroupGate, type GroupGates } from './rows';

type Of<Type extends GroupGateInput['type']> = Extract<GroupGateInput, { type: Type }>;

/**
 * What a cascade's groups of builds are asked follows from its rows alone: the gate of a tier once the tier is settled and
 * all gates below have passed, that of the cascade once all is settled. A group into which something comes again is
 * asked for anew when that is settled.
 */
export function askGroups(turn: Turn, cascade: CascadeRow): void {
  if (!isUnderWay(cascade)) return;
  const { definition } = turn.row('releases', cascade.release);
  const gatesTiers = gatesOf(definition, 'tier').length > 0;
  const gatesWhole = gatesOf(definition, 'cascade').length > 0;
  if (!gatesTiers && !gatesWhole && !cascade.gates) return;
  const known = cascade.gates ?? {};
  const settled = keptGates(cascade, { tier: gatesTiers, cascade: gatesWhole });
  const next = nextGroup(cascade, settled, gatesTiers, gatesWhole);
  if (next === undefined && cascade.gates && sameKeys(known, settled) && cascade.gatesTiers === gatesTiers) return;
  const row = turn.put('cascades', { ...cascade, gates: settled, gatesTiers });
  if (next !== undefined) return gather(turn, row, next);
  if (Object.keys(settled).length < Object.keys(known).length) turn.put('cascades', { ...row, problem: null });
  if (cascade.gatesTiers && !gatesTiers) openTiers(turn, row);
}

/** The builds of a group are known: the gate is asked about them as one subject. */
export function groupGathered(turn: Turn, input: Of<'group.gathered'>): void {
  const { cascade: id, tier, subject, builds, members, round } = input;
  const cascade = turn.row('cascades', id);
  const gate = gateOf(cascade, tier);
  if (gate?.round !== round || gate.subject !== null) return;
  if (builds === 0)
    return turned(turn, cascade, { ...gate, subject, decision: 'passed', because: 'nothing was built' });
  const { definition } = turn.row('releases', cascade.release);
  const scope = tier === null ? 'cascade' : 'tier';
  putGate(turn, cascade, { ...gate, subject, builds, because: 'its gate is asked' });
  turn.say(verdictWanted, subject, {
    subject: { type: 'koji-build-group', id: subject, aliases: [] },
    release: cascade.release,
    product_version: definition.product_version,
    decision_context: contextOf(definition, scope),
    component: `stack/${id}-${gateKey(tier)}`,
    build: groupBuild(id, tier),
    repository: cascade.repository?.address ?? '',
    group: members && members.map(({ component, nvr }) => ({ component, nvr })),
    cascade: id,
    scope,
    // Results name the content: they count whenever they were made.
    since: '1970-01-01T00:00:00.000Z',
  });
}

/** It is tried again in a while. */
export function groupUngathered(turn: Turn, { cascade: id, tier, round, fault }: Of<'group.ungathered'>): void {
  const cascade = turn.row('cascades', id);
  const gate = gateOf(cascade, tier);
  if (gate?.round !== round || gate.subject !== null) return;
  putGate(turn, cascade, { ...gate, because: clip(`its builds could not be gathered: ${fault.message}`, 1000) });
  const { release } = cascade;
  turn.wake(`group/${id}`, later(turn.at, 15_000), { type: 'cascade.reconcile', release, cascade: id, all: true });
}

/** The gate's answer on a group. Older answers, and those about other builds, change nothing. */
export function groupDecided(turn: Turn, input: Of<'group.decided'>): void {
  const { subject, decision, verdictRevision, reasons } = input;
  const cascade = turn.find('cascades', input.cascade);
  const gate = cascade && gateOf(cascade, input.tier);
  if (!cascade || !gate || gate.subject !== subject || verdictRevision <= gate.verdictRevision) return;
  const because = wordsOf(subject, decision, reasons);
  turned(turn, cascade, { ...gate, decision, verdictRevision, because, stuck: isStuck(decision, reasons) });
}

/** The scheduler has just started: what is open is asked for once more. */
export function askGroupsAgain(turn: Turn, id: string): void {
  for (const gate of Object.values(turn.row('cascades', id).gates ?? {})) {
    if (gate.decision !== 'passed') gather(turn, turn.row('cascades', id), gate.tier);
  }
}

/** What the gates of its groups have against a cascade's going on; null: nothing. */
export function groupHindrance({ gates = {} }: CascadeRow): { readonly words: string; readonly stuck: boolean } | null {
  const open = Object.values(gates).filter((gate) => gate.decision !== 'passed');
  if (open.length === 0) return null;
  const words = open.map((gate) => `${gate.stuck ? '' : 'it waits for '}${gateName(gate)}: ${gate.because}`);
  return { words: clip(words.join('; '), 1000), stuck: open.some((gate) => gate.stuck) };
}

/** Groups that are whole still; what is in work again has no gate for now. */
function keptGates(cascade: CascadeRow, asked: Readonly<Record<'tier' | 'cascade', boolean>>): GroupGates {
  const { gates = {}, openByTier } = cascade;
  const isKept = ({ tier }: GroupGate): boolean =>
    tier === null ? asked.cascade && isSettledWhole(cascade) : asked.tier && (openByTier[tier] ?? 0) === 0;
  return Object.fromEntries(Object.entries(gates).filter(([, gate]) => isKept(gate)));
}

/** The group whose time has come: a tier, null for the whole cascade; undefined: none. */
function nextGroup(cascade: CascadeRow, gates: GroupGates, tiers: boolean, whole: boolean): number | null | undefined {
  for (let tier = 0; tiers && tier < cascade.tiers; tier++) {
    if ((cascade.openByTier[tier] ?? 0) > 0) return undefined;
    const gate = gates[gateKey(tier)];
    if (!gate) return tier;
    if (gate.decision !== 'passed') return undefined;
  }
  const isDue = whole && isSettledWhole(cascade) && cascade.doubtful === 0 && !gates[gateKey(null)];
  return isDue ? null : undefined;
}

function gather(turn: Turn, cascade: CascadeRow, tier: number | null): void {
  const round = cascade.round + 1;
  const because = 'its builds are being gathered';
  const gate = {
    tier,
    round,
    subject: null,
    builds: 0,
    decision: 'pending',
    verdictRevision: 0,
    stuck: false,
  } as const;
  putGate(turn, { ...cascade, round }, { ...gate, because });
  const order = { release: cascade.release, cascade: cascade.id, tier, round };
  turn.work('group.gather', `${cascade.id}/${gateKey(tier)}/${round}`, order);
}

function turned(turn: Turn, cascade: CascadeRow, gate: GroupGate): void {
  const row = putGate(turn, cascade, gate);
  if (gate.decision !== 'passed' || !isUnderWay(row)) return;
  turn.put('cascades', { ...row, problem: null });
  unstall(turn, row.id, `${gateName(gate)} has passed`);
  if (gate.tier !== null) openTiers(turn, row);
}

/** Until that is done nobody may think that nothing moves any more. */
function openTiers(turn: Turn, { id, release }: CascadeRow): void {
  turn.self({ type: 'tier.opened', release, cascade: id, tier: 0 });
  goOn(turn, id);
}

function putGate(turn: Turn, cascade: CascadeRow, gate: GroupGate): CascadeRow {
  return turn.put('cascades', { ...cascade, gates: { ...cascade.gates, [gateKey(gate.tier)]: gate } });
}

function gateOf({ gates }: CascadeRow, tier: number | null): GroupGate | undefined {
  return gates?.[gateKey(tier)];
}

function isUnderWay({ state, plan, planning, takingUp, closing }: CascadeRow): boolean {
  const going = state === 'running' || state === 'held' || state === 'stalled';
  return going && plan > 0 && planning.asked === planning.made && !takingUp && !closing;
}

function isSettledWhole({ openByTier }: CascadeRow): boolean {
  return Object.values(openByTier).every((count) => count === 0);
}

export function isStuck(decision: GroupGate['decision'], reasons: readonly VerdictReason[]): boolean {
  const isLate = reasons.some(({ state }) => state === 'overdue' || state === 'errored');
  return decision === 'failed' || (decision === 'pending' && isLate);
}

export function wordsOf(subject: string, decision: GroupGate['decision'], reasons: readonly VerdictReason[]): string {
  const open = reasons.filter(({ state }) => state !== 'passed' && state !== 'waived');
  if (open.length === 0) return `its builds have ${decision}`;
  const words = listed(open.map(({ test, text }) => `${test} ${text}`));
  const failed = open.find(({ state }) => state === 'failed');
  const remedy = failed
    ? ` (millrace gate waive ${subject} ${failed.test} --comment …)`
    : ` (millrace gate show ${subject})`;
  return clip(`${words}${remedy}`, 900);
}

/** Gates of one scope share one context, which the definition holds. */
export function contextOf(definition: ReleaseDefinition, scope: 'tier' | 'cascade'): string {
  return gatesOf(definition, scope)[0]?.decision_context ?? 'millrace_rebuild';
}

function sameKeys(a: GroupGates, b: GroupGates): boolean {
  return Object.keys(a).length === Object.keys(b).length;
}
