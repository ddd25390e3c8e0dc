import type { BegunWork } from './gathered';
import type { TypedInput, WorkKind } from './machine';
import { leaseMs } from './work-claim';

/** Who has a place for a call, by kind: those under way, those that are about to begin, and those that wait in line. */
export class WorkPlaces<Input extends TypedInput> {
  private readonly busy = new Map<string, number>();
  private readonly reserved = new Map<string, number>();
  /** Kinds of which rows wait for a place: what is ordered now waits behind them. */
  private readonly backlog = new Set<string>();
  private open = false;

  constructor(
    private readonly kinds: ReadonlyMap<string, WorkKind<unknown, unknown, Input>>,
    private readonly start: (call: BegunWork) => void,
  ) {}

  opens(): void {
    this.open = true;
  }

  closes(): void {
    this.open = false;
  }

  free(kind: WorkKind<unknown, unknown, Input>): number {
    return kind.concurrency - (this.busy.get(kind.kind) ?? 0) - (this.reserved.get(kind.kind) ?? 0);
  }

  taken(kind: string): void {
    this.busy.set(kind, (this.busy.get(kind) ?? 0) + 1);
  }

  left(kind: string): void {
    this.busy.set(kind, (this.busy.get(kind) ?? 1) - 1);
  }

  /** No row of the kind waits any more. */
  caughtUp(kind: string): void {
    this.backlog.delete(kind);
  }

  /** Rows of the kind wait, or may do so: who leaves a place lets the next one be looked for. */
  fellBehind(kind: string): void {
    this.backlog.add(kind);
  }

  isBehind(kind: string): boolean {
    return this.backlog.has(kind);
  }

  readonly reserve = (name: string): number | null => {
    const kind = this.kinds.get(name);
    if (!kind || !this.open || this.backlog.has(name)) return null;
    if (this.free(kind) <= 0) {
      this.backlog.add(name);
      return null;
    }
    this.reserved.set(name, (this.reserved.get(name) ?? 0) + 1);
    return leaseMs(kind);
  };

  readonly giveBack = (name: string): void => {
    this.reserved.set(name, (this.reserved.get(name) ?? 1) - 1);
  };

  readonly begin = (calls: readonly BegunWork[]): void => {
    for (const call of calls) {
      this.giveBack(call.kind);
      // Closed meanwhile: the lease ends by itself.
      if (this.open) this.start(call);
    }
  };
}
