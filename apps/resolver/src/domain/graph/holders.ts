import { partSource, type Hits } from './hits';
import { kindBits, type Network } from './network';
import { each, Ints, leadsTo, rowsOf, type Rows } from './rows';
import { everyKind, isTool, type Question } from './spread';

/**
 * Modules, stacks, containers and images follow any new build of what they hold, and of their parent: adds those that
 * hold something that changed or is reached, or hold what holds it. A container holds what it installs, with everything
 * that this needs to run.
 */
export function addHolders(found: Hits, network: Network, question: Question): void {
  const { kinds = everyKind, changed, counts } = question;
  const heldBy = heldByIn(network);
  if ((kinds & kindBits.contains) === 0 || heldBy.targets.length === 0) return;
  const reached = new Set([...changed, ...found.members()]);
  for (const held of reached) {
    if (question.tools.length > 0 && isTool(question, network.components.get(held), packagesOf(network, held)))
      continue;
    // What is added to a set while it is walked is walked, too.
    each(heldBy, held, (holder) => {
      if (reached.has(holder) || counts[holder] === 0) return;
      reached.add(holder);
      found.add(holder, leadsTo(network.builtOn, holder, held) ? 'built-on' : 'contains', partSource(held));
    });
  }
}

const kept = new WeakMap<Network, Rows>();

/** Component -> whoever holds it; made once for a graph. */
function heldByIn(network: Network): Rows {
  const known = kept.get(network) ?? heldByOf(network);
  kept.set(network, known);
  return known;
}

function heldByOf(network: Network): Rows {
  const [held, holders] = [new Ints(), new Ints()];
  const holds = [network.contains, network.builtOn, network.installs];
  for (let n = 0; n < network.count; n++) {
    if (holds.every(({ offsets }) => offsets[n] === offsets[n + 1])) continue;
    for (const one of insidesOf(network, n)) {
      held.push(one);
      holders.push(n);
    }
  }
  return rowsOf(network.count, held.view(), holders.view());
}

function insidesOf(network: Network, component: number): ReadonlySet<number> {
  const found = new Set<number>();
  each(network.contains, component, (part) => found.add(part));
  // A module is built with others; a container stands on its parent.
  if (!network.components.get(component).startsWith('module/')) {
    each(network.builtOn, component, (parent) => found.add(parent));
  }
  for (const block of blocksIn(network, component)) each(network.owners, block, (owner) => found.add(owner));
  found.delete(component);
  return found;
}

/** What is installed, over everything that it needs to run. */
function blocksIn({ installs, answers, blockOf, below }: Network, component: number): ReadonlySet<number> {
  const found = new Set<number>();
  each(installs, component, (clause) => each(answers, clause, (of) => found.add(blockOf[of]!)));
  for (const block of found) each(below, block, (lower) => found.add(lower));
  return found;
}

function packagesOf(network: Network, component: number): readonly string[] {
  const names: string[] = [];
  each(network.made, component, (of) => names.push(network.packageNames.get(of)));
  return names;
}
