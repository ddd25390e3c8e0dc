import { flag, type Catalogue } from './catalogue';
import { clauseOf, networkOf, type Network } from './network';
import { answersTo } from './resolve-clause';
import { Ints, rowOf, type Rows } from './rows';

/** A component that needs something that left the graph. */
export interface StillNeeded {
  readonly component: number;
  readonly kind: 'build' | 'runtime' | 'contains';
  readonly requirement: string;
  /** What left and gave it. */
  readonly from: number;
}

export interface LeftOut {
  readonly network: Network;
  readonly needed: readonly StillNeeded[];
}

/**
 * The graph without some components: nothing that they give satisfies anybody, and they need nothing. Requirements that
 * somebody else satisfies too are satisfied by those; the others are listed with who has them. Numbers stay the same.
 */
export function leaveOut(network: Network, out: ReadonlySet<number>): LeftOut {
  const isOut = (of: number): boolean => out.has(network.packageComponent[of]!);
  const lost = new Map<number, number>();
  const answers = mapped(network.answers, (clause, row) => {
    const gone = row.find(isOut);
    if (gone === undefined) return row;
    const counts = (offer: number): boolean => !isOut(network.offerPackage[offer]!);
    const left = answersTo(clauseOf(network, clause), network, counts);
    if (left.length === 0) lost.set(clause, network.packageComponent[gone]!);
    return left;
  });
  const unlessOut = (rows: Rows): Rows => mapped(rows, (component, row) => (out.has(component) ? [] : row));
  const parts = (rows: Rows): Rows =>
    mapped(rows, (component, row) => (out.has(component) ? [] : row.filter((part) => !out.has(part))));
  const catalogue: Catalogue = {
    ...network,
    answers,
    offers: mapped(network.offers, (_, row) => row.filter((offer) => !isOut(network.offerPackage[offer]!))),
    flags: network.flags.map((flags, n) => (out.has(n) ? flags | flag.external | flag.sourceless : flags)),
    ...{ build: unlessOut(network.build), recipe: unlessOut(network.recipe), installs: unlessOut(network.installs) },
    ...{ contains: parts(network.contains), builtOn: parts(network.builtOn) },
    runtime: mapped(network.runtime, (of, row) => (isOut(of) ? [] : row)),
  };
  return { network: networkOf(catalogue), needed: stillNeeded(network, lost, out) };
}

function stillNeeded(
  network: Network,
  lost: ReadonlyMap<number, number>,
  out: ReadonlySet<number>,
): readonly StillNeeded[] {
  const found: StillNeeded[] = [];
  for (const [clause, from] of lost) {
    const requirement = network.clauses.get(clause);
    const add = (component: number, kind: StillNeeded['kind']): void => {
      if (!out.has(component)) found.push({ component, kind, requirement, from });
    };
    for (const component of rowOf(network.builders, clause)) add(component, 'build');
    for (const component of rowOf(network.installers, clause)) add(component, 'contains');
    for (const of of rowOf(network.runners, clause)) add(network.packageComponent[of]!, 'runtime');
  }
  for (const component of out) {
    for (let by = 0; by < network.count; by++) {
      const isPart = rowOf(network.contains, by).includes(component) || rowOf(network.builtOn, by).includes(component);
      if (isPart && !out.has(by)) {
        found.push({
          component: by,
          kind: 'contains',
          requirement: network.components.get(component),
          from: component,
        });
      }
    }
  }
  return found;
}

function mapped(rows: Rows, make: (row: number, targets: Int32Array) => ArrayLike<number>): Rows {
  const offsets = new Int32Array(rows.count + 1);
  const targets = new Ints(rows.targets.length + 1);
  for (let row = 0; row < rows.count; row++) {
    const made = make(row, rowOf(rows, row));
    for (let n = 0; n < made.length; n++) targets.push(made[n]!);
    offsets[row + 1] = targets.length;
  }
  return { count: rows.count, offsets, targets: targets.copy() };
}
