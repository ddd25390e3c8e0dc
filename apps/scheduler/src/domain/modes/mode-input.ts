import type { ComponentId, Moment } from '@millrace/kernel';

/** A build that somebody made by hand while the release only observed. */
export interface BuiltByPeople {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly by: string;
  readonly endedAt: Moment | null;
}

interface OfRelease {
  readonly release: string;
}

/** About the plans that a release made while it only observed. */
export type ModeInput =
  | (OfRelease & { readonly type: 'observed.built'; readonly builds: readonly BuiltByPeople[] })
  | (OfRelease & { readonly type: 'observed.adopted'; readonly cascade: string })
  | (OfRelease & { readonly type: 'observed.dropped'; readonly cascades: readonly string[]; readonly because: string })
  /** The release does not only observe any more. */
  | (OfRelease & { readonly type: 'observed.taken-up' });

const types: readonly string[] = [
  'observed.built',
  'observed.adopted',
  'observed.dropped',
  'observed.taken-up',
] satisfies readonly ModeInput['type'][];

export function isMode<Other extends { readonly type: string }>(input: Other | ModeInput): input is ModeInput {
  return types.includes(input.type);
}
