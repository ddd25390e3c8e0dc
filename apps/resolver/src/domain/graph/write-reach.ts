import type { KnotPlan } from '../knots';
import type { Reach } from './answer';

/** Who asked what; it stands before the answer. */
export interface ReachHead {
  readonly snapshot: string;
  readonly release: string;
  readonly changed: readonly string[];
  readonly scope: string;
  /** Tiers as others count them (`direct-tiers`), where they are asked for. */
  readonly levels?: { readonly tiers: number; readonly with_changed: number } | undefined;
  /** What is supposed to be lost, changed and added. */
  readonly capabilities?: object | undefined;
  /** What a policy or the import kept out, and why. */
  readonly left_out: readonly { readonly id: string; readonly because: string }[];
}

export interface Page {
  readonly offset: number;
  readonly limit?: number | undefined;
}

/** Characters of a piece, about. */
const pieceLength = 1 << 17;

/** Needs of a knot that are cut and listed at most; `order` lists all. */
const mostCut = 100;

/** Components that are told as unaffected at most when no limit is given. */
const mostUnaffected = 10_000;

/** An answer as JSON, piece by piece, in the shape of the door `reach`; a member is made when its piece is. */
export function* writeReach(head: ReachHead, reach: Reach, { offset, limit }: Page): Generator<string> {
  const { components, tiers, knots, scopes, needsChange, moved, notOffered, external, unaffected } = reach;
  const { left_out, ...asked } = head;
  const start = JSON.stringify({ ...asked, components, tiers, knots, scopes });
  let piece = `${start.slice(0, -1)},"set":[`;
  let first = true;
  for (const member of reach.written(offset, limit)) {
    piece += first ? member : `,${member}`;
    first = false;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  const part = <Item>(list: readonly Item[], most = Infinity): readonly Item[] =>
    list.slice(offset, offset + (limit ?? most));
  const end = JSON.stringify({
    ...{ needsChange: part(needsChange), moved: part(moved), notOffered, total: reach.steps },
    plans: part(reach.plans).map((plan) => planOf(reach, plan)),
    ...{ external: part(external), unaffected: part(unaffected, mostUnaffected), left_out: part(left_out) },
    totals: {
      ...{ needsChange: needsChange.length, moved: moved.length, plans: reach.plans.length },
      ...{ external: external.length, unaffected: unaffected.length, left_out: left_out.length },
    },
  });
  yield `${piece}],${end.slice(1)}`;
}

function planOf({ network }: Reach, { members, bootstrapped, cut }: KnotPlan): object {
  const id = (n: number): string => network.components.get(n);
  return {
    members: members.map(id),
    first: [...bootstrapped].map(id),
    cut: cut.slice(0, mostCut).map(([from, to]) => ({ component: id(from), without: id(to) })),
    cuts: cut.length,
  };
}
