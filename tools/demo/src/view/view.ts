import type { doors, DoorReply } from '@millrace/contracts';

export type Cascade = DoorReply<typeof doors.scheduler.cascade>;
export type Rebuild = Cascade['rebuilds'][number];

/** How the story is shown. */
export interface View {
  /** A new part of the story. */
  chapter(title: string): void;
  /** One line about what happened. */
  say(line: string): void;
  /** A cascade as it stands now; null: none is shown any more. */
  show(cascade: Cascade | null): void;
}
