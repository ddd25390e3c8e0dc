import type { ReleaseDefinition } from '@millrace/contracts';

/** The gate of a tier's builds, or of all that a cascade has built: the group is one subject, named by its content. */
export interface GroupGate {
  /** null: of the whole cascade. */
  readonly tier: number | null;
  /** Of the asking: what comes from an earlier one is out of date. */
  readonly round: number;
  /** Id of the group's content; null: its builds are being gathered. */
  readonly subject: string | null;
  readonly builds: number;
  readonly decision: 'pending' | 'passed' | 'failed' | 'unknown';
  readonly verdictRevision: number;
  /** Nothing comes by itself any more: it failed, or a test is overdue or could not be run. */
  readonly stuck: boolean;
  readonly because: string;
}

/** By {@link gateKey}: of the tiers that are settled, and of the cascade once all of it is. */
export type GroupGates = Readonly<Record<string, GroupGate>>;

export function gateKey(tier: number | null): string {
  return tier === null ? 'cascade' : `tier-${tier}`;
}

/** Where a group's question and its answer belong: it stands for the build of a group, which has none. */
export function groupBuild(cascade: string, tier: number | null): string {
  return `group/${cascade}/${gateKey(tier)}`;
}

/** The opposite of {@link groupBuild}; null: it is a build. */
export function groupOf(build: string): { readonly cascade: string; readonly tier: number | null } | null {
  const [, cascade, tier] = /^group\/([^/]+)\/(?:tier-(\d+)|cascade)$/.exec(build) ?? [];
  if (cascade === undefined) return null;
  return { cascade, tier: tier === undefined ? null : Number(tier) };
}

export function gatesOf(definition: ReleaseDefinition, scope: 'tier' | 'cascade') {
  return definition.gates.filter((gate) => gate.scope === scope);
}

export function gateName({ tier }: Pick<GroupGate, 'tier'>): string {
  return tier === null ? 'the gate of the whole cascade' : `the gate of tier ${tier}`;
}

/** A gate in a sentence, for whoever asks why something waits. */
export function gateLine(gate: GroupGate): string {
  const { decision, because, builds, subject } = gate;
  const about = subject === null ? '' : ` (${builds} builds as ${subject})`;
  const verb = decision === 'passed' ? 'Passed is' : 'It waits for';
  return `${verb} ${gateName(gate)}${about}: ${because}.`;
}
