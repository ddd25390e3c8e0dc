import { byId, type Readers } from '@millrace/store';
import { catalogueId } from '../domain/catalogue';
import {
  emptyState,
  term,
  type ResultRow,
  type State,
  type VerdictRow,
  type WaiverRow,
  type WatchRow,
} from '../domain/state';
import { nameKeys, namesOf } from '../domain/subject';
import type { BridgeTables } from './tables';

export type Read = Readers<BridgeTables>;

/** When there are more results about one subject than this, the newest count. */
export const mostRows = 5000;

/** What somebody asks about now; it may not be known yet. */
export interface Asked {
  readonly component: string;
  readonly cascade: string | null;
  readonly members: readonly string[];
}

/**
 * All that the verdicts of these names depend on, and those of the groups that they are in: a name leads to builds, a
 * build's other names lead to its groups, a group to the verdicts of its members. `asked`: the members of what is asked
 * about now. Null: nobody asks, and where no verdict is nothing else matters.
 */
export async function loadAround(read: Read, names: readonly string[], asked: Asked | null): Promise<State> {
  const members = asked?.members ?? [];
  const named = await watchesOf(read, names);
  const own = await verdictsOf(read, named, 'subject');
  const ownNames = [...new Set(own.flatMap((verdict) => namesOf(verdict.subject)))];
  const further = await watchesOf(read, [...ownNames.filter((name) => !names.includes(name)), ...members]);
  const groups = await verdictsOf(read, [...named, ...further], 'member');
  const decided = [...own, ...groups];
  if (decided.length === 0 && asked === null) return emptyState;
  const others = await verdictsOf(read, await watchesOf(read, [...members, ...memberNames(decided)]), 'subject');
  const reached = asked ? [...decided, asked] : decided;
  const components = [...new Set(reached.map(({ component }) => component))];
  const about = [...new Set([...names, ...ownNames, ...groups.flatMap((verdict) => namesOf(verdict.subject))])];
  return {
    ...emptyState,
    verdicts: byId(await buildsOf(read, components), decided, others),
    watches: byId(named, further),
    results: byId(await resultsAbout(read, about)),
    waivers: byId(await read.waivers.where({ subject: about }), await reaching(read, reached)),
    counters: byId(await read.counters.get('decisions')),
    catalogues: byId(await read.catalogues.get(catalogueId)),
    releases: byId(await read.releases.getMany([...new Set(decided.map((verdict) => verdict.release))])),
  };
}

/** The newest builds of components: what failed on the one before is no news. */
const mostBuilds = 20;

async function buildsOf(read: Read, components: readonly string[]): Promise<readonly VerdictRow[]> {
  const found: VerdictRow[] = [];
  for (const component of components) {
    found.push(...(await read.verdicts.where({ component }, { orderBy: '-answered_at', limit: mostBuilds })));
  }
  return found;
}

async function reaching(
  read: Read,
  verdicts: readonly Pick<VerdictRow, 'component' | 'cascade'>[],
): Promise<readonly WaiverRow[]> {
  const terms = verdicts.flatMap(({ component, cascade }) => [
    term('component', component),
    ...(cascade === null ? [] : [term('cascade', cascade)]),
  ]);
  return terms.length === 0 ? [] : read.waivers.where({}, { terms: [[...new Set(terms)]] });
}

async function watchesOf(read: Read, names: readonly string[]): Promise<readonly WatchRow[]> {
  return names.length === 0 ? [] : read.watches.where({ name: [...new Set(names)] });
}

function verdictsOf(read: Read, watches: readonly WatchRow[], kind: WatchRow['kind']): Promise<VerdictRow[]> {
  const ids = watches.filter((watch) => watch.kind === kind).map((watch) => watch.verdict);
  return read.verdicts.getMany([...new Set(ids)]);
}

function resultsAbout(read: Read, names: readonly string[]): Promise<readonly ResultRow[]> {
  const terms = names.flatMap((name) => nameKeys.map((key) => term(key, name)));
  return read.results.where({}, { terms: [terms], orderBy: '-id', limit: mostRows });
}

export function memberNames(verdicts: readonly VerdictRow[]): readonly string[] {
  return verdicts.flatMap((verdict) => (verdict.group ?? []).map((member) => member.nvr));
}
