import type { DoorReply, doors, NvrForeseen } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';

/** Components of a release, or what a cascade has not submitted; of that, with components, only those. */
export interface NvrQuestion {
  readonly release?: string | undefined;
  readonly components: readonly ComponentId[];
  readonly cascade?: string | undefined;
}

export type NvrsFound = DoorReply<typeof doors.scheduler.nvrs>;

/** What foresees names; asked outside. */
export interface NvrLookups {
  nvrs(question: NvrQuestion): Promise<NvrsFound>;
  nvrsOf(release: string, components: readonly ComponentId[]): Promise<ReadonlyMap<ComponentId, NvrForeseen>>;
}
