interface Entry<Value> {
  readonly at: number;
  readonly order: number;
  readonly value: Value;
}

/** What is to happen, earliest first; what is to happen at the same time comes in the order in which it was put. */
export class EventQueue<Value> {
  private heap: Entry<Value>[] = [];
  private count = 0;

  get size(): number {
    return this.heap.length;
  }

  /** When the next thing happens; null: nothing does. */
  get next(): number | null {
    return this.heap[0]?.at ?? null;
  }

  /** What is in it now; it can be put back later. */
  copy(): readonly unknown[] {
    return [...this.heap];
  }

  putBack(copy: readonly unknown[]): void {
    this.heap = [...copy] as Entry<Value>[];
  }

  /** @param at  virtual time in milliseconds */
  put(at: number, value: Value): void {
    const { heap } = this;
    heap.push({ at, order: this.count++, value });
    for (let n = heap.length - 1; n > 0;) {
      const above = (n - 1) >> 1;
      if (isSooner(heap[above]!, heap[n]!)) break;
      [heap[above], heap[n]] = [heap[n]!, heap[above]!];
      n = above;
    }
  }

  take(): { readonly at: number; readonly value: Value } | null {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last) return null;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    const { heap } = this;
    for (let n = 0; ;) {
      const left = 2 * n + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const below = right < heap.length && isSooner(heap[right]!, heap[left]!) ? right : left;
      if (isSooner(heap[n]!, heap[below]!)) return;
      [heap[n], heap[below]] = [heap[below]!, heap[n]!];
      n = below;
    }
  }
}

function isSooner<Value>(a: Entry<Value>, b: Entry<Value>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
