import { bitCount, bitsOf, bitsWithout, eachBit, graphOfBits, type BitRows } from './graph/bits';
import { condense } from './graph/condense';
import { feedbackArcs, type Arc } from './feedback';

/** How a dependency cycle is built. */
export interface KnotPlan {
  readonly members: readonly number[];
  /** Members that are built twice: first by their bootstrap recipe, then whole. */
  readonly bootstrapped: ReadonlySet<number>;
  /** Needs that are ignored since no recipe helps: `from` is built against the old build of `to`. */
  readonly cut: readonly Arc[];
}

/** Needs by their usual way, and by their bootstrap recipes where they have one: rows of bits over the same numbers. */
export type Recipes = ReadonlyMap<number, Int32Array>;

/**
 * Opens a knot: with as few bootstrap recipes as it takes; where recipes do not suffice, by ignoring a near-minimal set
 * of needs (`feedback.ts`).
 */
export function planKnot(members: readonly number[], needs: BitRows, recipes: Recipes): KnotPlan {
  const inside = bitsOf(needs.columns, members);
  const removed = new Map<number, number>();
  for (const member of members) {
    const recipe = recipes.get(member);
    if (recipe) removed.set(member, bitsWithout(within(needs.row(member), inside), recipe));
  }
  const able = members.filter((member) => (removed.get(member) ?? 0) > 0);
  const fewestFirst = [...able].sort((a, b) => removed.get(a)! - removed.get(b)! || a - b);
  const first = (some: ReadonlySet<number>): BitRows => firstPass(members, needs, recipes, some, inside);
  const open = (some: ReadonlySet<number>): boolean => groupsOver(members, first(some)).every((of) => of.length === 1);
  let chosen = new Set(able);
  const enough = able.length > 0 && open(chosen);
  for (const member of enough ? fewestFirst : []) {
    const fewer = new Set([...chosen].filter((one) => one !== member));
    if (open(fewer)) chosen = fewer;
  }
  if (enough) return { members, bootstrapped: chosen, cut: [] };
  const left = first(chosen);
  const cut = groupsOver(members, left).flatMap((group) => (group.length > 1 ? feedbackArcs(group, left) : []));
  return { members, bootstrapped: chosen, cut };
}

/** Needs inside the knot when the chosen members are built by their recipes. */
function firstPass(
  members: readonly number[],
  needs: BitRows,
  recipes: Recipes,
  chosen: ReadonlySet<number>,
  inside: Int32Array,
): BitRows {
  const rows = needs.copy();
  for (const member of members) {
    const row = rows.row(member);
    row.set(within(chosen.has(member) ? recipes.get(member)! : row, inside));
    rows.remove(member, member);
  }
  return rows;
}

function within(bits: Int32Array, mask: Int32Array): Int32Array {
  return bits.map((word, n) => word & mask[n]!);
}

/** Strongly connected groups of these members, in order; what is needed comes first. */
export function groupsOver(members: readonly number[], rows: BitRows): readonly (readonly number[])[] {
  const { count, offsets, nodes } = condense(graphOf(members, rows));
  return Array.from({ length: count }, (_, group) =>
    Array.from(nodes.subarray(offsets[group], offsets[group + 1]), (n) => members[n]!).sort((a, b) => a - b),
  );
}

function graphOf(members: readonly number[], rows: BitRows) {
  if (members.length === rows.count) return graphOfBits(rows);
  const place = new Int32Array(rows.columns).fill(-1);
  members.forEach((member, n) => (place[member] = n));
  const offsets = new Int32Array(members.length + 1);
  const targets = new Int32Array(members.reduce((sum, member) => sum + bitCount(rows.row(member)), 0));
  let at = 0;
  members.forEach((member, n) => {
    eachBit(rows.row(member), (to) => {
      if (place[to] !== -1) targets[at++] = place[to]!;
    });
    offsets[n + 1] = at;
  });
  return { count: members.length, offsets, targets: targets.subarray(0, at) };
}
