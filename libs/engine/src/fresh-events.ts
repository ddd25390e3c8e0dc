/** An event as the outbox keeps it. */
export interface OutboxRow {
  readonly id: string;
  readonly subject: string;
  readonly doc: string;
}

/** Events that wait in memory at most; beyond that they are read when it is their turn. */
const mostFresh = 1000;

/**
 * Events that were committed a moment ago: those that are sent next need not be read. What is known here is either
 * everything that waits to be sent, or nothing. `alone`: no other process works on the database.
 */
export class FreshEvents {
  private events: OutboxRow[] = [];
  private complete = false;

  constructor(private readonly alone: boolean) {}

  /** They were committed, after all that was before. */
  add(events: readonly OutboxRow[]): void {
    if (!this.complete) return;
    if (this.events.length + events.length > mostFresh) this.lose();
    else this.events.push(...events);
  }

  /** Others may wait in the database. */
  lose(): void {
    this.complete = false;
    this.events = [];
  }

  /** The next ones, in their order; null: look in the database. */
  take(most: number): readonly OutboxRow[] | null {
    return this.complete ? this.events.splice(0, most) : null;
  }

  /** The database is asked: what is committed from now on is heard of here. */
  looking(): void {
    this.complete = this.alone;
    this.events = [];
  }

  /** What was found; `all`: nothing else waited. */
  looked(found: readonly OutboxRow[], all: boolean): void {
    if (!all) return this.lose();
    const ids = new Set(found.map(({ id }) => id));
    this.events = this.events.filter(({ id }) => !ids.has(id));
  }
}
