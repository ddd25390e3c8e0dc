import type { Network } from './network';
import { each } from './rows';
import { offerOf } from './suppose';
import { takesAway, type Question } from './spread';

export interface VersionChange {
  readonly name: string;
  /** Versions that are offered, separated by commas; empty: without a version. */
  readonly from: string;
  readonly to: string;
}

/** What new builds offer otherwise than those that count now, by name. */
interface CapabilityChanges {
  readonly lost: readonly string[];
  readonly changed: readonly VersionChange[];
  readonly added: readonly string[];
}

/** What is taken away, changed and added by new builds as a question supposes them; null when it supposes nothing. */
export function supposedChanges(network: Network, question: Question): CapabilityChanges | null {
  if (!takesAway(question)) return null;
  const gone = new Set(question.lost);
  if (question.provides === undefined) {
    const lost = [...gone].filter((name) => versionsOffered(network, name) !== null);
    return { lost: lost.sort(), changed: [], added: [] };
  }
  const before = offersOf(network, new Set(question.changed));
  const after = new Map<string, string>();
  for (const text of question.provides) {
    const { name, version } = offerOf(text);
    if (!gone.has(name)) after.set(name, joined([...(after.get(name)?.split(', ') ?? []), version ?? '']));
  }
  return changesBetween(before, after);
}

function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): CapabilityChanges {
  const both = [...after].filter(([name, to]) => before.has(name) && before.get(name) !== to);
  return {
    lost: [...before.keys()].filter((name) => !after.has(name)).sort(),
    changed: both
      .map(([name, to]) => ({ name, from: before.get(name)!, to }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    added: [...after.keys()].filter((name) => !before.has(name)).sort(),
  };
}

/** Versions of a capability that somebody offers; null when nobody does. */
export function versionsOffered(network: Network, name: string): string | null {
  const capability = network.find(name);
  if (capability === -1) return null;
  const versions: string[] = [];
  each(network.offers, capability, (offer) => versions.push(versionOf(network, offer)));
  return versions.length === 0 ? null : joined(versions);
}

/** Everything that these components offer, with its versions. */
function offersOf(network: Network, components: ReadonlySet<number>): ReadonlyMap<string, string> {
  const { capabilities, offers, offerPackage, packageComponent } = network;
  const found = new Map<string, string>();
  for (let n = 0; n < capabilities.count; n++) {
    const versions: string[] = [];
    each(offers, n, (offer) => {
      if (components.has(packageComponent[offerPackage[offer]!]!)) versions.push(versionOf(network, offer));
    });
    if (versions.length > 0) found.set(capabilities.get(n), joined(versions));
  }
  return found;
}

/** RPM's are written with their sign. */
function versionOf(network: Network, offer: number): string {
  return network.offerText.get(offer).replace(/^= /, '');
}

function joined(versions: readonly string[]): string {
  return [...new Set(versions)]
    .filter((one) => one !== '')
    .sort()
    .join(', ');
}
