import { flag, schemes, type Catalogue } from './catalogue';
import { chrootsOf } from './chroots';
import { condense } from './condense';
import type { Clause, Offered } from './resolve-clause';
import { composed, each, Ints, rowsOf, transposed, upTo, type Rows } from './rows';

/** Kinds of dependency between components, as bits. */
export const kindBits = { build: 1, runtime: 2, contains: 4 } as const;

/**
 * A catalogue with everything that questions walk along. Packages that need one another to be installed are one
 * *block*; blocks are numbered so that what a block needs has lower numbers.
 */
export interface Network extends Catalogue, Offered {
  readonly count: number;
  /** Component -> its packages. */
  readonly made: Rows;
  readonly blockOf: Int32Array;
  readonly blocks: number;
  /** Block -> blocks that it needs to be installed. */
  readonly below: Rows;
  /** Block -> components that it has packages of. */
  readonly owners: Rows;
  /** Component -> blocks that its build installs directly, by its usual way, and by its bootstrap recipe. */
  readonly buildBlocks: Rows;
  readonly recipeBlocks: Rows;
  readonly ownBlocks: Rows;
  /** Component -> components that it is assembled from or built on. */
  readonly parts: Rows;
  /** Component -> components that it depends on directly, and by what kinds ({@link kindBits}). */
  readonly out: Rows;
  readonly outKinds: Uint8Array;
  readonly into: Rows;
  readonly intoKinds: Uint8Array;
  /** Components, then blocks -> what they bring into a chroot (see {@link chrootsOf}). */
  readonly chroots: Rows;
  /** Package -> requirements that it answers. */
  readonly answeredBy: Rows;
  /** Requirement -> components whose build, assembly, or packages that want it. */
  readonly builders: Rows;
  readonly installers: Rows;
  readonly runners: Rows;
}

export function networkOf(catalogue: Catalogue): Network {
  const { components, packageNames, packageComponent, answers, runtime, clauses, capabilities } = catalogue;
  const [count, packages] = [components.count, packageNames.count];
  const answerTo = (clause: number, visit: (of: number) => void): void => each(answers, clause, visit);
  const runs = composed(runtime, answerTo, packages, (of) => of);
  const made = rowsOf(count, packageComponent, upTo(packages));
  const { of: blockOf, count: blocks } = condense(runs);
  const packagesIn = rowsOf(blocks, blockOf, upTo(packages));
  const toBlock = (clause: number, visit: (block: number) => void): void =>
    each(answers, clause, (of) => visit(blockOf[of]!));
  const below = composed(
    packagesIn,
    (of, visit) => each(runs, of, (to) => visit(blockOf[to]!)),
    blocks,
    (b) => b,
  );
  const linked = {
    ...catalogue,
    ...{ count, made, blockOf, blocks, below },
    find: (name: string) => capabilities.find(name),
    owners: composed(packagesIn, (of, visit) => visit(packageComponent[of]!), count),
    buildBlocks: composed(joined(catalogue.build, catalogue.installs), toBlock, blocks),
    recipeBlocks: composed(catalogue.recipe, toBlock, blocks),
    ownBlocks: composed(made, (of, visit) => visit(blockOf[of]!), blocks),
    parts: joined(catalogue.contains, catalogue.builtOn),
    answeredBy: transposed(answers, packages),
    builders: transposed(catalogue.build, clauses.count),
    installers: transposed(catalogue.installs, clauses.count),
    runners: transposed(runtime, clauses.count),
  };
  return { ...linked, ...componentEdges(linked), chroots: chrootsOf(linked) };
}

/** Rows of two relations over the same things, the first one's targets first. */
function joined(first: Rows, second: Rows): Rows {
  if (second.targets.length === 0) return first;
  const offsets = first.offsets.map((of, n) => of + second.offsets[n]!);
  const targets = new Int32Array(first.targets.length + second.targets.length);
  for (let n = 0; n < first.count; n++) {
    const one = first.targets.subarray(first.offsets[n], first.offsets[n + 1]);
    targets.set(one, offsets[n]);
    targets.set(second.targets.subarray(second.offsets[n], second.offsets[n + 1]), offsets[n]! + one.length);
  }
  return { count: first.count, offsets, targets };
}

type Links = Pick<Network, 'out' | 'outKinds' | 'into' | 'intoKinds'>;

function componentEdges(of: Omit<Network, keyof Links | 'chroots'>): Links {
  const { count, packageComponent, answers } = of;
  const offsets = new Int32Array(count + 1);
  const seen = new Int32Array(count).fill(-1);
  const targets = new Ints(1024);
  const kinds = new Ints(1024);
  const from = new Ints(1024);
  for (let c = 0; c < count; c++) {
    const add = (target: number, bit: number): void => {
      if (target === c) return;
      const at = seen[target]!;
      if (at >= offsets[c]!) {
        kinds.set(at, kinds.at(at) | bit);
        return;
      }
      seen[target] = targets.length;
      targets.push(target);
      kinds.push(bit);
      from.push(c);
    };
    const answered = (clause: number, bit: number): void =>
      each(answers, clause, (p) => add(packageComponent[p]!, bit));
    each(of.build, c, (clause) => answered(clause, kindBits.build));
    each(of.builtOn, c, (target) => add(target, kindBits.build));
    each(of.made, c, (p) => each(of.runtime, p, (clause) => answered(clause, kindBits.runtime)));
    each(of.installs, c, (clause) => answered(clause, kindBits.contains));
    each(of.contains, c, (target) => add(target, kindBits.contains));
    offsets[c + 1] = targets.length;
  }
  const out = { count, offsets, targets: targets.copy() };
  const edges = rowsOf(count, out.targets, upTo(targets.length));
  return {
    out,
    outKinds: Uint8Array.from(kinds.view()),
    into: { ...edges, targets: edges.targets.map((edge) => from.at(edge)) },
    intoKinds: Uint8Array.from(edges.targets.map((edge) => kinds.at(edge))),
  };
}

export function clauseOf(network: Catalogue, clause: number): Clause {
  return {
    scheme: schemes[network.clauseScheme[clause]!]!,
    text: network.clauses.get(clause),
    arch: network.architectures.get(network.clauseArch[clause]!),
  };
}

export function hasFlag(network: Catalogue, component: number, which: keyof typeof flag): boolean {
  return (network.flags[component]! & flag[which]) !== 0;
}
