/** A binary heap of whole numbers, each with a key: the least key comes out first. */
export class Heap {
  private readonly keys: number[] = [];
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  /** The least key; Infinity when it is empty. */
  get least(): number {
    return this.size === 0 ? Infinity : this.keys[0]!;
  }

  push(key: number, item: number): void {
    const { keys, items } = this;
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (keys[above]! <= key) break;
      keys[at] = keys[above]!;
      items[at] = items[above]!;
      at = above;
    }
    keys[at] = key;
    items[at] = item;
  }

  /** -1 when it is empty. */
  pop(): number {
    const { keys, items } = this;
    const first = items.length === 0 ? -1 : items[0]!;
    const key = keys.pop();
    const item = items.pop();
    if (key !== undefined && item !== undefined && items.length > 0) this.sink(key, item);
    return first;
  }

  private sink(key: number, item: number): void {
    const { keys, items } = this;
    const { length } = keys;
    let at = 0;
    for (let left = 1; left < length; left = 2 * at + 1) {
      const below = left + 1 < length && keys[left + 1]! < keys[left]! ? left + 1 : left;
      if (key <= keys[below]!) break;
      keys[at] = keys[below]!;
      items[at] = items[below]!;
      at = below;
    }
    keys[at] = key;
    items[at] = item;
  }
}
