import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import type { ChangeRow } from './change-rows';
import { freezeOf, freezeWords } from './freeze';
import { holdWords, type Hold } from './hold-rows';
import { barOf } from './policy';
import type { CascadeRow, RebuildRow, ValidatedRow } from './state';
import { judge, ruleWords } from './triggers';
import { commitOf, listed } from './words';

/** What is known of a component of a release, whether it is rebuilt or not. */
export interface KnownComponent {
  readonly definition: ReleaseDefinition;
  readonly component: ComponentId;
  /** Changes that named it, the newest first. */
  readonly changes: readonly ChangeRow[];
  readonly running: CascadeRow | null;
  /** Its rebuilds in the running cascade. */
  readonly rebuilds: readonly RebuildRow[];
  /** Cascades that have ended, the newest first, with its rebuilds in them: none where they did not reach it. */
  readonly past: readonly { readonly cascade: CascadeRow; readonly rebuilds: readonly RebuildRow[] }[];
  readonly validated: ValidatedRow | null;
  /** Of the release, or of the component in all its cascades. */
  readonly hold: Hold | null;
  /** The graph of the release does not know it: a hint. null or left out: it does, or cannot be asked now. */
  readonly unknown?: string | null;
  readonly at: Moment;
}

/** Why was this rebuilt, or why not? The same words for every door. */
export function explainComponent(known: KnownComponent): string[] {
  const { component, changes, definition, validated } = known;
  const [newest] = changes;
  const { release } = definition;
  const reached = known.rebuilds.length > 0 || known.past.some(({ rebuilds }) => rebuilds.length > 0);
  const hint = known.unknown ?? null;
  const strange = hint === null ? [] : [`The graph of ${release} does not know ${component}: ${ended(hint)}`];
  if (strange.length > 0 && !newest && !validated && !reached) return strange;
  return [
    ...strange,
    ...(newest
      ? [`The newest change of ${component} in ${release}:`, ...changeLines(newest, component)]
      : [`No change of ${component} has been reported in ${release}: nothing asked for its rebuild.`]),
    ...cascadeLines(known),
    ...pastLines(known),
    validated
      ? `Its newest validated build is ${validated.nvr}${fromCommit(validated)}, from cascade ${validated.cascade}.`
      : `It has no validated build in ${release} yet.`,
    ...(known.hold ? [`It does not start: ${holdWords(known.hold)}.`] : []),
    ...policyLines(known),
  ];
}

/** One change: what it was, what became of it, and what would let it go on. */
export function changeLines(change: ChangeRow, component: ComponentId | null = null): string[] {
  const { id, kind, by, at, why, urgency, outcome, cascade } = change;
  const one = change.components.find((other) => other.component === component);
  const commit = one ? commitOf(one.source) : null;
  const what = commit === null ? kind : `${kind} ${commit.slice(0, 8)}`;
  const dropped = change.dropped?.find((other) => other.component === component);
  const message = change.message ? `, message ${change.message.id} of ${change.message.source}` : '';
  return [
    `${id} (${what}, urgency ${urgency}) by ${by} at ${at}: ${why || 'no reason given'}${message}`,
    ...(change.rule ? [`The rules of the release: ${ruleWords(change.rule, kind)}.`] : []),
    ...(change.decided ? [decisionWords(change.decided)] : []),
    dropped && outcome !== 'ignored'
      ? `Nothing is rebuilt for it: ${dropped.because}.`
      : outcomeWords(outcome, cascade, dropped?.because ?? change.because),
  ];
}

function outcomeWords(outcome: ChangeRow['outcome'], cascade: string | null, because: string): string {
  switch (outcome) {
    case 'cascade':
      return `It is in cascade ${cascade}: ${because}.`;
    case 'waits':
      return `It waits: ${because}.`;
    case 'ignored':
      return `Nothing is rebuilt for it: ${because}.`;
  }
}

function decisionWords({ approved, by, why }: NonNullable<ChangeRow['decided']>): string {
  return `${by} ${approved ? 'approved' : 'rejected'} it${why ? `: ${why}` : ''}.`;
}

function cascadeLines({ running, rebuilds, component }: KnownComponent): string[] {
  if (!running) return ['No cascade of the release is running.'];
  if (rebuilds.length === 0) {
    return [
      `Cascade ${running.id}, which is ${running.state}, does not rebuild it: nothing that it uses was lost so far.`,
    ];
  }
  return rebuilds.map((row) => {
    const pass = row.pass > 1 || row.bootstrap ? ` (pass ${row.pass})` : '';
    return `${component}${pass} is ${row.state} in cascade ${running.id}, which is ${running.state}: ${row.because}.`;
  });
}

/** What the last cascades did about it: one that rebuilt it, or passed it over, says why. */
function pastLines({ past, component }: KnownComponent): string[] {
  const reached = past.find(({ rebuilds }) => rebuilds.length > 0);
  const [newest] = past;
  const missed = newest && newest !== reached ? [missedLine(newest.cascade, component)] : [];
  if (!reached) return missed;
  const { cascade, rebuilds } = reached;
  const last = [...rebuilds].sort((a, b) => b.generation - a.generation || b.pass - a.pass)[0]!;
  return [...missed, `In cascade ${cascade.id}, which is ${cascade.state}, it was ${last.state}: ${last.because}.`];
}

function missedLine({ id, why }: CascadeRow, component: ComponentId): string {
  return `The newest cascade ${id} (${why}) did not rebuild ${component}: nothing that it uses was lost.`;
}

function policyLines({ definition, component, at }: KnownComponent): string[] {
  const bar = barOf(definition, component);
  const next = { kind: 'commit' as const, urgency: 'normal' as const, by: 'git' };
  const judgement = judge(definition, next, component);
  const freezes = [
    freezeOf(definition, 'changes', [component], 'normal', at),
    freezeOf(definition, 'landing', [component], 'normal', at),
  ].flatMap((freeze) => (freeze ? [freezeWords(freeze)] : []));
  return [
    ...(bar ? [`It is not rebuilt by itself: ${bar.because}.`] : []),
    ...(judgement.reason === null ? [] : [`A commit of it: ${ruleWords(judgement, 'commit')}.`]),
    ...(freezes.length > 0 ? [`In force: ${listed([...new Set(freezes)])}.`] : []),
  ];
}

function fromCommit(validated: ValidatedRow): string {
  const commit = commitOf(validated.source);
  return commit === null ? '' : ` of commit ${commit.slice(0, 8)}`;
}

function ended(sentence: string): string {
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
