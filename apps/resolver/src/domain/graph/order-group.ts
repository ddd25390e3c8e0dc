import { groupsOver, planKnot, type KnotPlan } from '../knots';
import { BitRows } from './bits';
import { hasFlag } from './network';
import { outsideOf, type Drafts } from './order-set';
import { passesOf, sortedPasses, type Pass } from './passes';
import { each, type Rows } from './rows';

/**
 * Orders components of which each is needed, for a build or to be installed, by something that it needs. Here the
 * chroots are followed member by member; needs for an installation inside of the group are left out, since they would
 * close a cycle.
 */
export class GroupOrder {
  private readonly group: number;
  /** Nodes of the group's blocks, lowest first, and which members are in the closure of each. */
  private readonly blocks: Int32Array;
  private readonly holds: BitRows;
  /** By block, in the same order: the steps outside of the group that stand before it. */
  private readonly outside: (readonly number[])[] = [];
  private readonly hard: BitRows;
  private readonly recipes = new Map<number, Int32Array>();
  private readonly knots: readonly KnotPlan[];

  /** Members are numbered within the group by their place. */
  constructor(
    private readonly drafts: Drafts,
    nodes: Int32Array,
    private readonly members: Int32Array,
  ) {
    const { region, local } = drafts;
    this.group = region.groups.of[nodes[0]!]!;
    // Blocks have higher numbers than those below them.
    this.blocks = nodes.filter((node) => node >= region.members);
    this.blocks.sort((a, b) => region.global[a]! - region.global[b]!);
    members.forEach((node, n) => (local[node] = n));
    this.blocks.forEach((node, n) => (local[node] = n));
    this.holds = new BitRows(this.blocks.length, members.length);
    this.hard = new BitRows(members.length, members.length);
    this.fillBlocks();
    members.forEach((node, n) => this.fillMember(node, n));
    this.knots = this.openKnots();
  }

  /** Places every pass of every member, and answers the knots that were opened. */
  place(): readonly KnotPlan[] {
    const { drafts, members } = this;
    const named = new Map(this.knots.map((plan) => [plan, this.named(plan)]));
    const { passes, needs } = passesOf(members.length, this.hard, this.recipes, this.knots);
    const { order, fewest, closure } = sortedPasses(needs);
    const stepOf = new Int32Array(passes.length);
    order.forEach((n, at) => {
      const { member, pass, bootstrap, plan } = passes[n]!;
      const inside = fewest[at]!.map((place) => stepOf[place]!);
      const step = drafts.placed.place([...inside, ...this.outsideFor(members[member]!, bootstrap)]);
      stepOf[at] = step;
      const component = drafts.region.global[members[member]!]!;
      drafts.steps.push({ component, pass, bootstrap, knot: plan === null ? null : named.get(plan)! });
      if (!bootstrap) drafts.last[members[member]!] = step;
    });
    this.handUp(passes, order, closure, stepOf);
    return this.knots.filter(isOpened).map((plan) => named.get(plan)!);
  }

  /** What stands before each block, for the groups above: a block comes after those below it. */
  private handUp(passes: readonly Pass[], order: Int32Array, closure: BitRows, stepOf: Int32Array): void {
    const { before, placed, network, region, local } = this.drafts;
    const placeOf = new Int32Array(this.members.length);
    order.forEach((n, at) => {
      if (!passes[n]!.bootstrap) placeOf[passes[n]!.member] = at;
    });
    const fewest: (readonly number[])[] = [];
    this.blocks.forEach((node, n) => {
      const places = new Set<number>();
      each(network.owners, region.global[node]!, (owner) => {
        const member = region.nodeOfComponent(owner);
        if (member !== -1 && this.isInside(member)) places.add(placeOf[local[member]!]!);
      });
      each(network.below, region.global[node]!, (lower) => {
        const inner = region.nodeOfBlock(lower);
        if (this.isInside(inner)) for (const place of fewest[local[inner]!]!) places.add(place);
      });
      fewest.push(highest(places, closure));
      before[node] = placed.fewest([...this.outside[n]!, ...fewest[n]!.map((place) => stepOf[place]!)]);
    });
  }

  private isInside(node: number): boolean {
    return this.drafts.region.groups.of[node] === this.group;
  }

  private fillBlocks(): void {
    const { network, region, placed, local } = this.drafts;
    this.blocks.forEach((node, n) => {
      const block = region.global[node]!;
      const found = outsideOf(this.drafts, node, this.group);
      each(network.owners, block, (owner) => {
        const member = region.nodeOfComponent(owner);
        if (member !== -1 && this.isInside(member)) this.holds.add(n, local[member]!);
      });
      each(network.below, block, (lower) => {
        const inner = region.nodeOfBlock(lower);
        if (!this.isInside(inner)) return;
        this.holds.unite(n, this.holds.row(local[inner]!));
        for (const step of this.outside[local[inner]!]!) found.push(step);
      });
      this.outside.push(placed.fewest(found));
    });
  }

  private fillMember(node: number, member: number): void {
    const { network, region } = this.drafts;
    const component = region.global[node]!;
    this.gather(this.hard, member, network.buildBlocks, component);
    if (!hasFlag(network, component, 'recipe')) return;
    const recipe = new BitRows(1, this.members.length);
    this.gather(recipe, 0, network.recipeBlocks, component);
    recipe.remove(0, member);
    this.recipes.set(member, recipe.row(0));
  }

  /** The members in the chroot of one; never itself. */
  private gather(into: BitRows, row: number, ways: Rows, component: number): void {
    const { network, region, local } = this.drafts;
    each(network.parts, component, (part) => {
      const node = region.nodeOfComponent(part);
      if (node !== -1 && this.isInside(node)) into.add(row, local[node]!);
    });
    each(ways, component, (block) => {
      const node = region.nodeOfBlock(block);
      if (this.isInside(node)) into.unite(row, this.holds.row(local[node]!));
    });
    if (into === this.hard) into.remove(row, row);
  }

  private openKnots(): readonly KnotPlan[] {
    const { hard, recipes } = this;
    const both = recipes.size === 0 ? hard : hard.copy();
    for (const [member, bits] of recipes) both.unite(member, bits);
    const all = Array.from(this.members, (_, n) => n);
    return groupsOver(all, both)
      .filter((group) => group.length > 1)
      .map((group) => planKnot(group, hard, recipes));
  }

  /** Steps outside of the group: of the build, by its recipe or its usual way, and of the installation. */
  private outsideFor(node: number, bootstrap: boolean): readonly number[] {
    const { network, region, before, last, local, needs } = this.drafts;
    const component = region.global[node]!;
    const found: number[] = [];
    const add = (block: number): void => {
      const of = region.nodeOfBlock(block);
      const steps = this.isInside(of) ? this.outside[local[of]!]! : before[of]!;
      for (const step of steps) found.push(step);
    };
    each(bootstrap ? network.recipeBlocks : network.buildBlocks, component, add);
    if (needs === 'install') each(network.ownBlocks, component, add);
    each(network.parts, component, (part) => {
      const of = region.nodeOfComponent(part);
      if (of !== -1 && !this.isInside(of)) found.push(last[of]!);
    });
    return found;
  }

  /** The plan with components in the place of members. */
  private named({ members, bootstrapped, cut }: KnotPlan): KnotPlan {
    const component = (member: number): number => this.drafts.region.global[this.members[member]!]!;
    return {
      members: members.map(component),
      bootstrapped: new Set([...bootstrapped].map(component)),
      cut: cut.map(([from, to]) => [component(from), component(to)] as const),
    };
  }
}

/** A group whose recipes alone close the circle is none. */
function isOpened({ bootstrapped, cut }: KnotPlan): boolean {
  return bootstrapped.size > 0 || cut.length > 0;
}

/** Places of which none is below another. */
function highest(places: ReadonlySet<number>, closure: BitRows): readonly number[] {
  if (places.size < 2) return [...places];
  const kept: number[] = [];
  for (const place of [...places].sort((a, b) => b - a)) {
    if (!kept.some((above) => closure.has(above, place))) kept.push(place);
  }
  return kept;
}
