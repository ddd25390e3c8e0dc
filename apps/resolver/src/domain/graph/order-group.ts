import { layers } from '@millrace/kernel';
import { groupsOver, planKnot, type KnotPlan } from '../knots';
import { hasFlag } from './network';
import { outsideOf, type Drafts } from './order-set';
import { each, rowsOf, type Rows } from './rows';

/** A pass of a member of the group, before it is placed. */
interface Pass {
  readonly member: number;
  readonly pass: number;
  readonly bootstrap: boolean;
}

/**
 * Orders components of which each is needed, for a build or to be installed, by something that it needs. Here the
 * chroots are followed member by member; needs for an installation inside of the group are left out, since they would
 * close a cycle.
 */
export class GroupOrder {
  private readonly inside: ReadonlySet<number>;
  /** Node of a block -> members of the group that are in its closure, as bits by their place in `members`. */
  private readonly holds = new Map<number, Uint32Array>();
  private readonly placeOf: ReadonlyMap<number, number>;
  /** Node of a block -> steps outside of the group that stand before it. */
  private readonly outside = new Map<number, readonly number[]>();
  private readonly hard = new Map<number, ReadonlySet<number>>();
  private readonly recipes = new Map<number, ReadonlySet<number>>();
  private readonly plans = new Map<number, KnotPlan>();

  constructor(
    private readonly drafts: Drafts,
    private readonly nodes: Int32Array,
    private readonly members: Int32Array,
  ) {
    this.inside = new Set(nodes);
    this.placeOf = new Map([...members].map((member, n) => [member, n]));
  }

  /** Places every pass of every member, and answers the knots that were opened. */
  place(): readonly KnotPlan[] {
    this.fillBlocks();
    for (const member of this.members) this.fillMember(member);
    const knots = this.openKnots();
    this.placePasses(this.passes());
    for (const [node, members] of this.holds) {
      const steps: number[] = [...this.outside.get(node)!];
      eachBit(members, (n) => steps.push(this.drafts.last[this.members[n]!]!));
      this.drafts.before[node] = this.drafts.placed.fewest(steps);
    }
    return knots.map((plan) => this.named(plan));
  }

  /** Blocks have higher numbers than those below them. */
  private fillBlocks(): void {
    const { network, region, placed } = this.drafts;
    const blocks = [...this.nodes].filter((node) => node >= region.members);
    blocks.sort((a, b) => region.global[a]! - region.global[b]!);
    for (const node of blocks) {
      const block = region.global[node]!;
      const holds = this.noBits();
      const found = outsideOf(this.drafts, node, (n) => this.inside.has(n));
      each(network.owners, block, (owner) => {
        const member = region.nodeOfComponent(owner);
        if (member !== -1 && this.inside.has(member)) setBit(holds, this.placeOf.get(member)!);
      });
      each(network.below, block, (lower) => this.gather(region.nodeOfBlock(lower), holds, found));
      this.holds.set(node, holds);
      this.outside.set(node, placed.fewest(found));
    }
  }

  private gather(node: number, holds: Uint32Array, found: number[] | null): void {
    const inner = this.holds.get(node);
    if (!inner) return;
    for (let word = 0; word < inner.length; word++) holds[word]! |= inner[word]!;
    if (found) for (const step of this.outside.get(node)!) found.push(step);
  }

  private fillMember(member: number): void {
    const { network, region } = this.drafts;
    const component = region.global[member]!;
    const parts = this.partsOf(component);
    const within = (rows: Rows): ReadonlySet<number> => {
      const bits = this.noBits();
      for (const part of parts) setBit(bits, this.placeOf.get(part)!);
      each(rows, component, (block) => this.gather(region.nodeOfBlock(block), bits, null));
      const found = new Set<number>();
      eachBit(bits, (n) => found.add(this.members[n]!));
      found.delete(member);
      return found;
    };
    this.hard.set(member, within(network.buildBlocks));
    if (hasFlag(network, component, 'recipe')) this.recipes.set(member, within(network.recipeBlocks));
  }

  private noBits(): Uint32Array {
    return new Uint32Array((this.members.length + 31) >> 5);
  }

  private partsOf(component: number): readonly number[] {
    const found: number[] = [];
    each(this.drafts.network.parts, component, (part) => {
      const node = this.drafts.region.nodeOfComponent(part);
      if (node !== -1 && this.inside.has(node)) found.push(node);
    });
    return found;
  }

  private openKnots(): readonly KnotPlan[] {
    const knots = groupsOver([...this.members], [this.hard, this.recipes])
      .filter((group) => group.length > 1)
      .map((group) => planKnot(group, this.hard, this.recipes));
    for (const plan of knots) for (const member of plan.members) this.plans.set(member, plan);
    return knots.filter((plan) => plan.bootstrapped.size > 0 || plan.cut.length > 0);
  }

  private passes(): readonly Pass[] {
    return [...this.members].flatMap((member) =>
      this.plans.get(member)?.bootstrapped.has(member)
        ? [
            { member, pass: 1, bootstrap: true },
            { member, pass: 2, bootstrap: false },
          ]
        : [{ member, pass: 1, bootstrap: false }],
    );
  }

  private placePasses(passes: readonly Pass[]): void {
    const { placed, steps, last, region } = this.drafts;
    const edges = this.edgesBetween(passes);
    const from = Int32Array.from(edges.flatMap((tos, n) => tos.map(() => n)));
    const level = layers(rowsOf(passes.length, from, Int32Array.from(edges.flat())));
    const order = passes.map((_, n) => n).sort((a, b) => level[a]! - level[b]! || a - b);
    const stepOf = new Int32Array(passes.length);
    for (const n of order) {
      const { member, pass, bootstrap } = passes[n]!;
      stepOf[n] = placed.place([...edges[n]!.map((to) => stepOf[to]!), ...this.outsideFor(member, bootstrap)]);
      const plan = this.plans.get(member);
      steps.push({ component: region.global[member]!, pass, bootstrap, knot: plan ? this.named(plan) : null });
      if (last[member] === -1 || !bootstrap) last[member] = stepOf[n]!;
    }
  }

  private edgesBetween(passes: readonly Pass[]): readonly (readonly number[])[] {
    const first = new Map<number, number>();
    const final = new Map<number, number>();
    passes.forEach(({ member }, n) => {
      if (!first.has(member)) first.set(member, n);
      final.set(member, n);
    });
    const cuts = new Map<number, Set<number>>();
    for (const plan of new Set(this.plans.values())) {
      for (const [from, to] of plan.cut) cuts.set(from, (cuts.get(from) ?? new Set()).add(to));
    }
    return passes.map(({ member, pass, bootstrap }) => {
      const plan = this.plans.get(member);
      const found = pass === 2 ? [first.get(member)!] : [];
      for (const to of (bootstrap ? this.recipes : this.hard).get(member)!) {
        // Within a knot everybody uses what the first pass gave: second passes come after all of it.
        if (plan === undefined || this.plans.get(to) !== plan) found.push(final.get(to)!);
        else if (!cuts.get(member)?.has(to)) found.push(first.get(to)!);
      }
      return found;
    });
  }

  /** Steps outside of the group: of the build, by its recipe or its usual way, and of the installation. */
  private outsideFor(member: number, bootstrap: boolean): readonly number[] {
    const { network, region, before, last } = this.drafts;
    const component = region.global[member]!;
    const found: number[] = [];
    const add = (block: number): void => {
      const node = region.nodeOfBlock(block);
      for (const step of this.outside.get(node) ?? before[node]!) found.push(step);
    };
    each(bootstrap ? network.recipeBlocks : network.buildBlocks, component, add);
    if (this.drafts.needs === 'install') each(network.ownBlocks, component, add);
    each(network.parts, component, (part) => {
      const node = region.nodeOfComponent(part);
      if (node !== -1 && !this.inside.has(node)) found.push(last[node]!);
    });
    return found;
  }

  private readonly names = new Map<KnotPlan, KnotPlan>();

  /** The plan with components in the place of nodes. */
  private named(plan: KnotPlan): KnotPlan {
    const { global } = this.drafts.region;
    const known = this.names.get(plan) ?? {
      members: plan.members.map((node) => global[node]!),
      bootstrapped: new Set([...plan.bootstrapped].map((node) => global[node]!)),
      cut: plan.cut.map(([from, to]) => [global[from]!, global[to]!] as const),
    };
    this.names.set(plan, known);
    return known;
  }
}

function setBit(bits: Uint32Array, n: number): void {
  bits[n >> 5]! |= 1 << (n & 31);
}

function eachBit(bits: Uint32Array, visit: (n: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]!; left !== 0; left &= left - 1) visit((word << 5) + 31 - Math.clz32(left & -left));
  }
}
