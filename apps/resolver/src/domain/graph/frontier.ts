import { Ints } from './rows';

/** Passes of components in the order in which they were placed, each with its tier and its fewest needs. */
export class Placed {
  readonly tier = new Ints();
  private readonly needs: Int32Array[] = [];
  private readonly below: (Uint32Array | undefined)[] = [];

  get count(): number {
    return this.needs.length;
  }

  needsOf(node: number): Int32Array {
    return this.needs[node]!;
  }

  /** Places a node above these; all of them must be there. Its number is answered. */
  place(above: readonly number[]): number {
    const needs = this.fewest(above);
    this.needs.push(Int32Array.from(needs));
    this.tier.push(needs.reduce((most, need) => Math.max(most, this.tier.at(need) + 1), 0));
    return this.needs.length - 1;
  }

  /** Those of which none is below another, each once. */
  fewest(nodes: readonly number[]): readonly number[] {
    if (nodes.length < 2) return nodes;
    const sorted = Int32Array.from(nodes).sort();
    const kept: number[] = [];
    // What is below another was placed before it.
    for (let n = sorted.length - 1; n >= 0; n--) {
      const node = sorted[n]!;
      if (node !== sorted[n + 1] && !this.isBelow(node, kept)) kept.push(node);
    }
    return kept;
  }

  private isBelow(node: number, others: readonly number[]): boolean {
    const tier = this.tier.at(node);
    for (const other of others) {
      if (this.tier.at(other) <= tier) continue;
      if (((this.everythingBelow(other)[node >> 5] ?? 0) >>> (node & 31)) & 1) return true;
    }
    return false;
  }

  /** As bits, made when somebody asks: most nodes are needed by nobody. */
  private everythingBelow(node: number): Uint32Array {
    const stack = [node];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const missing = this.below[top] ? [] : [...this.needs[top]!].filter((need) => !this.below[need]);
      stack.push(...missing);
      if (missing.length > 0) continue;
      stack.pop();
      this.below[top] ??= this.unite(this.needs[top]!);
    }
    return this.below[node]!;
  }

  private unite(needs: Int32Array): Uint32Array {
    // Needs were placed before what needs them: theirs are lower numbers, in shorter rows.
    const highest = needs.reduce((most, need) => Math.max(most, need), 0);
    const all = new Uint32Array((highest >> 5) + 1);
    for (const need of needs) {
      const row = this.below[need]!;
      for (let word = 0; word < row.length; word++) all[word]! |= row[word]!;
      all[need >> 5]! |= 1 << (need & 31);
    }
    return all;
  }
}
