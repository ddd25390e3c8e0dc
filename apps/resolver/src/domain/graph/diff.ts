import { versionsOffered, type VersionChange } from './capability-changes';
import type { Network } from './network';
import { rowOf } from './rows';
import type { Texts } from './texts';
import { unresolvedIn, type UnresolvedClause } from './unresolved';

export interface Difference {
  readonly components: Changes;
  readonly changed: readonly { readonly component: string; readonly from: string; readonly to: string }[];
  /** Capabilities that somebody offers. */
  readonly capabilities: Changes;
  /** Capabilities that both offer, in other versions; made when it is asked for. */
  versions(): readonly VersionChange[];
  /** Made when it is asked for: there may be as many as the graphs have. */
  edges(): { readonly added: readonly Edge[]; readonly removed: readonly Edge[] };
  /** What nothing satisfies any more. */
  readonly broken: readonly UnresolvedClause[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function differenceOf(from: Network, to: Network): Difference {
  const before = new Set(unresolvedIn(from).map(keyOf));
  return {
    components: changesOf(from.components, to.components),
    changed: versionsChanged(from, to),
    capabilities: changesOf(offered(from), offered(to)),
    versions: () => versionsBetween(from, to),
    edges: () => ({ added: edgesWithout(to, from), removed: edgesWithout(from, to) }),
    broken: unresolvedIn(to).filter((one) => !before.has(keyOf(one))),
  };
}

function keyOf(of: UnresolvedClause): string {
  return `${of.component} ${of.kind} ${of.requirement}`;
}

/** Both are sorted. */
function changesOf(from: Iterable<string>, to: Iterable<string>): Changes {
  const [old, fresh] = [new Set(from), new Set(to)];
  return {
    added: [...fresh].filter((one) => !old.has(one)),
    removed: [...old].filter((one) => !fresh.has(one)),
  };
}

function versionsBetween(from: Network, to: Network): readonly VersionChange[] {
  return [...offered(to)].flatMap((name) => {
    const [before, after] = [versionsOffered(from, name), versionsOffered(to, name)];
    return before === null || after === null || before === after ? [] : [{ name, from: before, to: after }];
  });
}

function* offered({ capabilities, offers }: Network): Generator<string> {
  for (let n = 0; n < capabilities.count; n++)
    if (offers.offsets[n] !== offers.offsets[n + 1]) yield capabilities.get(n);
}

function versionsChanged(from: Network, to: Network): Difference['changed'] {
  const found: { component: string; from: string; to: string }[] = [];
  for (let n = 0; n < to.count; n++) {
    const component = to.components.get(n);
    const old = from.components.find(component);
    if (old === -1 || from.versions.get(old) === to.versions.get(n)) continue;
    found.push({ component, from: from.versions.get(old), to: to.versions.get(n) });
  }
  return found;
}

/** The edges of one graph that another does not have. */
function edgesWithout(network: Network, other: Network): readonly Edge[] {
  const there = numbersIn(network.components, other);
  const found: Edge[] = [];
  for (let n = 0; n < network.count; n++) {
    const known = there[n] === -1 ? new Set<number>() : new Set(rowOf(other.out, there[n]!));
    for (const target of rowOf(network.out, n)) {
      const isKnown = there[target] !== -1 && known.has(there[target]!);
      if (!isKnown) found.push({ from: network.components.get(n), to: network.components.get(target) });
    }
  }
  return found;
}

function numbersIn(components: Texts, to: Network): Int32Array {
  return Int32Array.from({ length: components.count }, (_, n) => to.components.find(components.get(n)));
}
