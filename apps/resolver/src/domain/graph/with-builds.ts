import { dependencyText, isRich } from '@millrace/package-metadata';
import type { ComponentFacts } from '../facts';
import { capabilitiesOf } from '../world';
import { clauseOf, type Network } from './network';
import { answersTo, namesIn, type Clause } from './resolve-clause';
import { each, Ints, rowOf, type Rows } from './rows';
import { offeredBy } from './suppose-facts';

/**
 * The graph as an order of builds sees it when builds lie over it: they are built with what their newest sources ask
 * for, and everybody with who gives it now. What packages need to be installed, and recipes, stay as the graph has them.
 * @param builds  one of each component; those of components that the graph does not have are passed over
 */
export function withBuilds(network: Network, builds: readonly ComponentFacts[]): Network {
  const laid = builds.flatMap((build): Laid[] => {
    const component = network.components.find(build.component);
    return component === -1 ? [] : [{ component, build }];
  });
  if (laid.length === 0) return network;
  const isLaid = new Set(laid.map((one) => one.component));
  const blocks = new Map<number, Int32Array>();
  for (const { component, build } of laid) {
    const clauses = build.buildRequires.map((one): Clause => {
      return { scheme: 'rpm', text: dependencyText(one), arch: 'noarch' };
    });
    blocks.set(component, distinct(clauses.flatMap((clause) => blocksFor(network, clause, laid, isLaid))));
  }
  for (const [component, found] of ofOthers(network, laid, isLaid)) blocks.set(component, found);
  return { ...network, buildBlocks: replaced(network.buildBlocks, blocks) };
}

/** Who else is built with something that a component with a new build gave, or may give now. */
function ofOthers(network: Network, laid: readonly Laid[], isLaid: ReadonlySet<number>): Map<number, Int32Array> {
  const touched = new Map<number, readonly number[]>();
  for (const clause of clausesOn(network, laid)) {
    touched.set(clause, blocksFor(network, clauseOf(network, clause), laid, isLaid));
  }
  const users = new Set<number>();
  for (const clause of touched.keys()) {
    for (const rows of [network.builders, network.installers]) each(rows, clause, (user) => users.add(user));
  }
  const found = new Map<number, Int32Array>();
  for (const user of users) {
    if (isLaid.has(user)) continue;
    const blocks: number[] = [];
    for (const rows of [network.build, network.installs]) {
      each(rows, user, (clause) => {
        blocks.push(...(touched.get(clause) ?? rowOf(network.answers, clause).map((of) => network.blockOf[of]!)));
      });
    }
    found.set(user, distinct(blocks));
  }
  return found;
}

function clausesOn(network: Network, laid: readonly Laid[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { component, build } of laid) {
    each(network.made, component, (of) => each(network.answeredBy, of, (clause) => found.add(clause)));
    for (const { name } of build.packages.flatMap(capabilitiesOf)) {
      const capability = network.find(name);
      if (capability !== -1) each(network.mentions, capability, (clause) => found.add(clause));
    }
  }
  return found;
}

function distinct(numbers: readonly number[]): Int32Array {
  return Int32Array.from(new Set(numbers));
}

interface Laid {
  readonly component: number;
  readonly build: ComponentFacts;
}

/** Blocks of the packages that a requirement brings along. */
function blocksFor(
  network: Network,
  clause: Clause,
  laid: readonly Laid[],
  isLaid: ReadonlySet<number>,
): readonly number[] {
  const { packageComponent, packageNames, offerPackage, blockOf } = network;
  const stays = (offer: number): boolean => !isLaid.has(packageComponent[offerPackage[offer]!]!);
  const found = [...answersTo(clause, network, stays)];
  for (const { component, build } of laid) {
    const giving = build.packages
      .filter((one) => gives(network, { ...build, packages: [one] }, clause))
      .map((one) => one.name);
    if (giving.length === 0) continue;
    const made = rowOf(network.made, component);
    const known = made.filter((of) => giving.includes(packageNames.get(of)));
    // A package that the graph does not have yet is there when its component is built.
    found.push(...(known.length > 0 ? known : made));
  }
  const [name] = isRich(clause.text) ? [] : namesIn(clause.scheme, clause.text);
  const namesakes = found.filter((of) => packageNames.get(of) === name);
  return (namesakes.length > 0 ? namesakes : found).map((of) => blockOf[of]!);
}

function gives(network: Network, build: ComponentFacts, clause: Clause): boolean {
  return answersTo(clause, network, () => false, offeredBy([build], clause.arch)).length > 0;
}

/** The same rows but for some. */
function replaced(rows: Rows, others: ReadonlyMap<number, Int32Array>): Rows {
  const offsets = new Int32Array(rows.count + 1);
  const targets = new Ints(rows.targets.length + 1);
  for (let row = 0; row < rows.count; row++) {
    const other = others.get(row);
    if (other) other.forEach((target) => targets.push(target));
    else each(rows, row, (target) => targets.push(target));
    offsets[row + 1] = targets.length;
  }
  return { count: rows.count, offsets, targets: targets.copy() };
}
