import { verdictWanted, type VerdictReason } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { contextOf, isStuck, wordsOf } from '../group-gate/group-gate';
import { gateKey, gatesOf } from '../group-gate/rows';
import type { Turn } from '../turn';
import { clip } from '../words';
import { orderCheck } from './begin';
import type { LandingInput } from './landing-input';
import type { LandingRow } from './landing-rows';

/** The gate of a whole cascade, about the part of it that is to land: the part is a subject of its own. */
export interface PartGate {
  /** Id of what lands. */
  readonly subject: string;
  readonly builds: number;
  readonly decision: 'pending' | 'passed' | 'failed' | 'unknown';
  readonly verdictRevision: number;
  /** Nothing comes by itself any more. */
  readonly stuck: boolean;
  readonly because: string;
}

/** What of a cascade can go, named by its content. */
export interface Part {
  readonly subject: string;
  /** null: they are too many to be listed. */
  readonly members: readonly { readonly component: ComponentId; readonly nvr: string }[] | null;
}

type Standing =
  { readonly is: 'open' } | { readonly is: 'waits' } | { readonly is: 'refused'; readonly because: string };

/**
 * Whether the gate of the whole cascade, where its release has one, lets a part of it land. It was asked about all of it,
 * if at all: about the part it is asked here, and nothing lands before its answer.
 */
export function partGate(turn: Turn, row: LandingRow, part: Part): Standing {
  const { definition } = turn.row('releases', row.release);
  if (!row.partial || gatesOf(definition, 'cascade').length === 0) return { is: 'open' };
  const whole = turn.row('cascades', row.cascade).gates?.[gateKey(null)];
  if (whole?.subject === part.subject && whole.decision === 'passed') return { is: 'open' };
  const { gate } = row;
  if (gate?.subject !== part.subject) {
    ask(turn, row, part);
    return { is: 'waits' };
  }
  if (gate.decision === 'passed') return { is: 'open' };
  if (gate.stuck) return { is: 'refused', because: `the gate of the whole cascade is not passed: ${gate.because}` };
  keep(turn, row, gate);
  return { is: 'waits' };
}

/** The gate's answer on the part. What has turned is looked at as a whole once more. */
export function partDecided(turn: Turn, input: Extract<LandingInput, { type: 'landing.decided' }>): void {
  const row = turn.find('landings', input.landing);
  const gate = row?.gate;
  if (row?.state !== 'planned' || gate?.subject !== input.subject) return;
  if (input.verdictRevision <= gate.verdictRevision) return;
  const { subject, decision, verdictRevision, reasons } = input;
  const stuck = isStuck(decision, reasons);
  const next = { ...gate, decision, verdictRevision, stuck, because: wordsOf(subject, decision, reasons) };
  const kept = keep(turn, row, next);
  if (decision === 'passed' || stuck) orderCheck(turn, kept);
}

/** Where the question about a part and its answer belong: it stands for the build of the part, which has none. */
export function partBuild({ cascade, attempt }: Pick<LandingRow, 'cascade' | 'attempt'>): string {
  return `group/${cascade}/landing-${attempt}`;
}

/** The opposite of {@link partBuild}; null: it is none. */
export function partOf(build: string): { readonly cascade: string; readonly landing: string } | null {
  const [, cascade, attempt] = /^group\/([^/]+)\/landing-(\d+)$/.exec(build) ?? [];
  return cascade === undefined ? null : { cascade, landing: `${cascade}/${attempt}` };
}

export interface PartAnswer {
  readonly subject: string;
  readonly decision: PartGate['decision'];
  readonly verdictRevision: number;
  readonly reasons: readonly VerdictReason[];
}

function ask(turn: Turn, row: LandingRow, { subject, members }: Part): void {
  const { definition } = turn.row('releases', row.release);
  const because = 'its gate is asked';
  keep(turn, row, { subject, builds: row.total, decision: 'pending', verdictRevision: 0, stuck: false, because });
  turn.say(verdictWanted, subject, {
    subject: { type: 'koji-build-group', id: subject, aliases: [] },
    release: row.release,
    product_version: definition.product_version,
    decision_context: contextOf(definition, 'cascade'),
    component: `stack/${row.cascade}-landing-${row.attempt}`,
    build: partBuild(row),
    repository: turn.row('cascades', row.cascade).repository?.address ?? '',
    group: members && members.map(({ component, nvr }) => ({ component, nvr })),
    cascade: row.cascade,
    scope: 'cascade',
    // Results name the content: they count whenever they were made.
    since: '1970-01-01T00:00:00.000Z',
  });
}

function keep(turn: Turn, row: LandingRow, gate: PartGate): LandingRow {
  const about = `the gate of the whole cascade about the ${gate.builds} builds that can go (${gate.subject})`;
  const problem = clip(`it waits for ${about}: ${gate.because}`, 1000);
  turn.put('cascades', { ...turn.row('cascades', row.cascade), problem });
  return turn.put('landings', { ...row, gate, problem });
}
