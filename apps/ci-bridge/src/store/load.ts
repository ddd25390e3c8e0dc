import { assertNever } from '@millrace/kernel';
import { byId } from '@millrace/store';
import { catalogueId } from '../domain/catalogue';
import { laneOf } from '../domain/forward';
import { componentOfGroup, groupIdOf } from '../domain/group';
import type { Input, ResultDraft, VerdictWanted } from '../domain/input';
import { intakeId } from '../domain/intake';
import { emptyState, verdictId, type SourceRow, type State } from '../domain/state';
import { draftsOfChecks } from '../domain/own-checks';
import { reviewPage } from '../domain/review';
import { namesIn, namesOf } from '../domain/subject';
import { loadAround, memberNames, mostRows, type Read } from './load-around';

/** The rows that an input touches: a subject's results, waivers and verdicts, never the whole of a release. */
export async function load(read: Read, input: Input): Promise<State> {
  switch (input.type) {
    case 'result-reported':
      return loadResults(read, [input.draft]);
    case 'results-reported':
      return loadResults(read, input.drafts);
    case 'intake-set':
      return { ...emptyState, intake: byId(await read.intake.get(intakeId)) };
    case 'result-forwarded':
      return loadForwarded(read, input.forwarded.id);
    case 'poll-due':
      return loadPoll(read, input.name, emptyState);
    case 'results-polled':
      return loadPoll(read, input.name, await loadResults(read, input.drafts));
    case 'result-unmappable':
    case 'releases-missed':
    case 'rerun-asked':
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
    case 'verdict-review':
      return loadVerdict(read, input.verdict);
    case 'verdicts-review':
      return loadReviewed(read, input);
    case 'release-changed':
      return loadReleases(read, [input.release.name]);
    case 'releases-told':
      return loadReleases(
        read,
        input.releases.map(({ name }) => name),
      );
    case 'waive':
      return loadWaivers(read, [input.subject]);
    case 'waivers-posted':
      return loadWaivers(
        read,
        input.waivers.map(({ subject_id }) => subject_id),
      );
    case 'policies-read':
      return loadPolicies(read);
    case 'remote-found':
    case 'foreign-told':
    case 'remote-retry':
      return loadVerdict(read, input.verdict);
    case 'group-wanted':
      return loadGroup(read, input);
    default:
      return assertNever(input);
  }
}

async function loadResults(read: Read, drafts: readonly ResultDraft[]): Promise<State> {
  const around = await loadAround(read, [...new Set(drafts.flatMap(({ data }) => namesIn(data)))], null);
  return withRecording(read, around, drafts);
}

/** With what recording results needs: what came from the same sources already, numbers, groups and test cases. */
async function withRecording(read: Read, around: State, drafts: readonly ResultDraft[]): Promise<State> {
  const uuids = drafts.flatMap(({ groups }) => groups.flatMap(({ uuid }) => uuid ?? []));
  const sources = await read.sources.getMany(drafts.flatMap(({ source }) => source ?? []));
  const known = await read.results.getMany(sources.map(({ result }) => result));
  const intake = await read.intake.get(intakeId);
  return {
    ...around,
    intake: byId(intake),
    forwards: intake?.forward ? await loadForwards(read, drafts, sources) : emptyState.forwards,
    sources: byId(sources),
    results: byId([...around.results.values()], known),
    counters: byId(await read.counters.getMany(['results', 'groups', 'decisions'])),
    groups: byId(await read.groups.getMany(uuids)),
    testcases: byId(await read.testcases.getMany(drafts.map(({ testcase }) => testcase.name))),
  };
}

/** What is on its way already: of the same subjects, and kept nowhere else. */
async function loadForwards(
  read: Read,
  drafts: readonly ResultDraft[],
  sources: readonly SourceRow[],
): Promise<State['forwards']> {
  const lanes = drafts.map(({ data, testcase }) => laneOf(data, testcase.name));
  const known = await read.forwards.getMany(sources.map(({ result }) => result));
  return byId(await read.forwards.where({ lane: [...new Set(lanes)] }), known);
}

async function loadForwarded(read: Read, id: string): Promise<State> {
  const row = await read.forwards.get(id);
  const waiting = row ? await read.forwards.where({ lane: row.subject }) : [];
  const next = waiting.map((one) => one.id).find((one) => one !== id);
  const result =
    next === undefined ? null : ((await read.results.get(next)) ?? waiting.find((one) => one.id === next)?.result);
  return {
    ...emptyState,
    forwards: byId(waiting, row),
    results: byId(next === undefined ? null : await read.results.get(next)),
    testcases: byId(result ? await read.testcases.get(result.testcase) : null),
    groups: byId(result ? await read.groups.getMany(result.groups) : []),
  };
}

async function loadPoll(read: Read, name: string, state: State): Promise<State> {
  return { ...state, intake: byId(await read.intake.get(intakeId)), polls: byId(await read.polls.get(name)) };
}

async function loadWanted(read: Read, wanted: VerdictWanted): Promise<State> {
  const members = (wanted.group ?? []).map((member) => member.nvr);
  const around = await loadAround(read, namesOf(wanted.subject), { ...wanted, members });
  const release = await read.releases.get(wanted.release);
  const known = await read.verdicts.get(verdictId(wanted.subject, wanted.decision_context));
  const whole = {
    ...around,
    verdicts: byId([...around.verdicts.values()], known),
    releases: byId([...around.releases.values()], release),
  };
  const drafts = draftsOfChecks(wanted);
  return drafts.length === 0 ? whole : withRecording(read, whole, drafts);
}

async function loadVerdict(read: Read, id: string): Promise<State> {
  const verdict = await read.verdicts.get(id);
  return verdict
    ? loadAround(read, namesOf(verdict.subject), { ...verdict, members: memberNames([verdict]) })
    : emptyState;
}

/** What waivers of these subjects may reach: with a scope, other builds of the component or the cascade. */
async function loadWaivers(read: Read, subjects: readonly string[]): Promise<State> {
  const state = await loadAround(read, [...new Set(subjects)], null);
  const near = [...state.verdicts.values()];
  const cascades = [...new Set(near.flatMap(({ cascade }) => cascade ?? []))];
  const wide = cascades.length === 0 ? [] : await read.verdicts.where({ cascade: cascades }, { limit: mostRows });
  return {
    ...state,
    verdicts: byId(wide, near),
    counters: byId(await read.counters.getMany(['waivers', 'decisions'])),
    // It says whether waivers are kept here at all, of subjects too that nobody has asked about.
    catalogues: byId(await read.catalogues.get(catalogueId)),
  };
}

async function loadPolicies(read: Read): Promise<State> {
  return {
    ...emptyState,
    catalogues: byId(await read.catalogues.get(catalogueId)),
    releases: byId(await read.releases.where({})),
  };
}

/** A page and one more, which says that it is not the last; the one before it comes along and is left out again. */
async function loadReviewed(
  read: Read,
  { release, after }: Extract<Input, { type: 'verdicts-review' }>,
): Promise<State> {
  const filter = { release, ...(after === null ? {} : { id: { from: after } }) };
  return { ...emptyState, verdicts: byId(await read.verdicts.where(filter, { orderBy: 'id', limit: reviewPage + 2 })) };
}

async function loadGroup(read: Read, input: Extract<Input, { type: 'group-wanted' }>): Promise<State> {
  const id = groupIdOf(input.builds);
  const component = componentOfGroup(id);
  const around = await loadAround(read, [id], { component, cascade: null, members: input.builds });
  const known = await read.verdicts.get(verdictId({ type: 'koji-build-group', id }, input.context));
  return {
    ...around,
    verdicts: byId([...around.verdicts.values()], known),
    releases: byId([...around.releases.values()], await read.releases.get(input.release)),
  };
}

async function loadReleases(read: Read, names: readonly string[]): Promise<State> {
  return { ...emptyState, releases: byId(await read.releases.getMany(names)) };
}
