import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import type { Network } from '@millrace/resolver/domain/graph/network';
import { farm, release, type BuildEnd, type Hang, type HandFix, type Outside } from '../driver/outside';
import { networkWith } from '../invented';
import { stepsOf } from '../schedule';
import type { Tale } from './tale';

export function nameOf(n: number): string {
  return `rpm/p${n}`;
}

function numberOf(component: string): number {
  return Number(component.slice('rpm/p'.length));
}

/** The outside of the scheduler as a tale has it. */
export function outsideOf(tale: Tale): Outside {
  const network = networkWith(tale.needs, tale.recipes);
  const everything = tale.needs.map((_, n) => nameOf(n));
  const turn = <Value>(values: readonly Value[], component: string, attempt: number): Value =>
    values[(numberOf(component) * 3 + attempt) % values.length]!;
  return {
    definition: definitionOf(tale),
    builders: tale.builders,
    plan: (members) => planOf(network, members === 'all' ? everything : members),
    buildMs: (component) => tale.minutes[numberOf(component)]! * 60_000,
    expectedMs: (component) => tale.minutes[numberOf(component)]! * 60_000,
    buildEnd: (component, attempt) => endOf(turn(tale.builds, component, attempt), attempt),
    gate: (component, attempt) => turn(tale.gates, component, attempt),
    gateMs: 30_000,
    admitMs: 5000,
    partSize: 3,
    broken: (component) => brokenBy(tale, numberOf(component)),
    fix: (component, attempt) => (attempt > mostFixes ? null : fixOf(turn(tale.fixes, component, attempt))),
    weather: tale.weather,
    isOptional: (component) => tale.optional[numberOf(component)] === true,
    ...(tale.watched ? { hang: (component, attempt) => hangs[turn(tale.hangs, component, attempt)] } : {}),
    isSilent: (ms) => tale.silence !== null && isIn(ms / 60_000, tale.silence),
  };
}

const hangs: Readonly<Record<Tale['hangs'][number], Hang | null>> = {
  none: null,
  slow: { untakenMs: 0, times: 15 },
  untaken: { untakenMs: 45 * 60_000, times: 1 },
};

function isIn(minute: number, { from, minutes }: NonNullable<Tale['silence']>): boolean {
  return minute >= from && minute < from + minutes;
}

/** A cascade holds itself when more than this share of its first builds is lost, and so many have ended. */
export const stopLoss = 0.5;
export const leastEnds = 4;

function brokenBy({ needs, breaks }: Tale, n: number): readonly string[] {
  return breaks[n] ? needs.flatMap((of, by) => (by !== n && of.includes(n) ? [nameOf(by)] : [])) : [];
}

/** After so many attempts a maintainer gives up. */
const mostFixes = 5;

/** Builders come back in the end. */
function endOf(end: BuildEnd, attempt: number): BuildEnd {
  return end === 'infrastructure' && attempt > 6 ? 'complete' : end;
}

function fixOf(kind: Tale['fixes'][number]): HandFix | null {
  return kind === 'none' ? null : { afterMs: 240_000, againstCascade: kind === 'proven' };
}

function planOf(network: Network, members: readonly string[]) {
  const numbers = [...new Set(members)].map((id) => network.components.find(id)).filter((n) => n !== -1);
  return stepsOf(network, Int32Array.from(numbers).sort());
}

function definitionOf(tale: Tale): ReleaseDefinition {
  return releaseDefinition.parse({
    ...{ release, title: 'A tale', mode: 'act', product_version: 'tale-1', pace: tale.pace, landing: 'automatic' },
    ...{ build_systems: { rpm: farm }, sources: { rpm: { git: 'file:///git' } }, gates: [{ id: 'all', rules: [] }] },
    ...{ people: { ada: { mail: 'ada@mill.example' } }, owners: [{ components: ['*'], people: ['ada'] }] },
    ...{ releng: ['ada'], capacity: 100, cut_off: tale.cutOff },
    canaries: { first: tale.canaries, stop_loss: stopLoss, least: leastEnds },
    triggers: { concurrent: tale.concurrent },
    folding: { generations: tale.generations, until: 0.9 },
  });
}
