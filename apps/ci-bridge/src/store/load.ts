import { assertNever } from '@millrace/kernel';
import { byId, type Readers } from '@millrace/store';
import type { Input, ResultDraft, VerdictWanted } from '../domain/input';
import { emptyState, verdictId, type ResultRow, type State, type VerdictRow, type WatchRow } from '../domain/state';
import { searchValue, uuidOf } from '../domain/record';
import { nameKeys, namesIn, namesOf } from '../domain/subject';
import type { BridgeTables } from './tables';

type Read = Readers<BridgeTables>;

/** When there are more results about one subject than this, the newest count. */
const mostRows = 5000;

/** The rows that an input touches: a subject's results, waivers and verdicts, never the whole of a release. */
export async function load(read: Read, input: Input): Promise<State> {
  switch (input.type) {
    case 'result-reported':
      return loadResult(read, input.draft);
    case 'result-unmappable':
    case 'releases-missed':
      return emptyState;
    case 'group-posted':
      return {
        ...emptyState,
        groups: byId(input.group.uuid === null ? null : await read.groups.get(input.group.uuid)),
        counters: byId(await read.counters.get('groups')),
      };
    case 'testcase-posted':
      return { ...emptyState, testcases: byId(await read.testcases.get(input.name)) };
    case 'verdict-wanted':
      return loadWanted(read, input.wanted);
    case 'verdict-review': {
      const verdict = await read.verdicts.get(input.verdict);
      return verdict ? loadAround(read, namesOf(verdict.subject), memberNames([verdict])) : emptyState;
    }
    case 'release-changed':
      return loadReleases(read, [input.release.name]);
    case 'releases-told':
      return loadReleases(
        read,
        input.releases.map(({ name }) => name),
      );
    case 'waive': {
      const state = await loadAround(read, [input.subject], []);
      return { ...state, counters: byId(await read.counters.get('waivers')) };
    }
    default:
      return assertNever(input);
  }
}

async function loadResult(read: Read, draft: ResultDraft): Promise<State> {
  const uuids = draft.groups.map((group, n) => group.uuid ?? uuidOf(`${draft.source}/${n}`));
  const around = await loadAround(read, namesIn(draft.data), []);
  return {
    ...around,
    results: byId([...around.results.values()], await read.results.where({ source: draft.source })),
    counters: byId(await read.counters.getMany(['results', 'groups'])),
    groups: byId(await read.groups.getMany(uuids)),
    testcases: byId(await read.testcases.get(draft.testcase.name)),
  };
}

async function loadWanted(read: Read, wanted: VerdictWanted): Promise<State> {
  const members = (wanted.group ?? []).map((member) => member.nvr);
  const around = await loadAround(read, namesOf(wanted.subject), members);
  const release = await read.releases.get(wanted.release);
  const known = await read.verdicts.get(verdictId(wanted.subject, wanted.decision_context));
  return {
    ...around,
    verdicts: byId([...around.verdicts.values()], known),
    releases: byId([...around.releases.values()], release),
  };
}

/**
 * All that the verdicts of these names depend on, and those of the groups that they are in: a name leads to builds, a
 * build's other names lead to its groups, a group to the verdicts of its members.
 */
async function loadAround(read: Read, names: readonly string[], members: readonly string[]): Promise<State> {
  const own = await watching(read, names, 'subject');
  const ownNames = [...new Set([...names, ...own.verdicts.flatMap((verdict) => namesOf(verdict.subject))])];
  const groups = await watching(read, ownNames, 'member');
  const decided = [...own.verdicts, ...groups.verdicts];
  const others = await watching(read, [...members, ...memberNames(decided)], 'subject');
  const about = [...new Set([...ownNames, ...groups.verdicts.flatMap((verdict) => namesOf(verdict.subject))])];
  const memberWatches = await read.watches.where({ name: members });
  return {
    ...emptyState,
    verdicts: byId(decided, others.verdicts),
    watches: byId(own.watches, memberWatches),
    results: byId(await resultsAbout(read, about)),
    waivers: byId(await read.waivers.where({ subject: about })),
    releases: byId(await read.releases.getMany([...new Set(decided.map((verdict) => verdict.release))])),
  };
}

async function watching(
  read: Read,
  names: readonly string[],
  kind: WatchRow['kind'],
): Promise<{ readonly verdicts: VerdictRow[]; readonly watches: WatchRow[] }> {
  const watches = (await read.watches.where({ name: [...new Set(names)] })).filter((watch) => watch.kind === kind);
  const ids = [...new Set(watches.map((watch) => watch.verdict))];
  return { watches, verdicts: await read.verdicts.getMany(ids) };
}

async function resultsAbout(read: Read, names: readonly string[]): Promise<readonly ResultRow[]> {
  const found = await read.resultData.where(
    { key: [...nameKeys], value: names.map(searchValue) },
    { orderBy: '-result', limit: mostRows },
  );
  return read.results.getMany([...new Set(found.map((row) => row.result))]);
}

function memberNames(verdicts: readonly VerdictRow[]): readonly string[] {
  return verdicts.flatMap((verdict) => (verdict.group ?? []).map((member) => member.nvr));
}

async function loadReleases(read: Read, names: readonly string[]): Promise<State> {
  return {
    ...emptyState,
    releases: byId(await read.releases.getMany(names)),
    verdicts: byId(await read.verdicts.where({ release: names, decision: ['pending', 'failed', 'unknown'] })),
  };
}
