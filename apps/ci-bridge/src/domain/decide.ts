import {
  assertNever,
  doWork,
  put,
  type DecideContext,
  type Decision,
  type Parked,
  type Refusal,
} from '@millrace/kernel';
import { answerVerdicts, touchedBy } from './answer';
import { keepCatalogue, keepRemote, retryRemote } from './catalogue-inputs';
import { keepForeign } from './foreign-inputs';
import { groupQuestion, groupReply } from './group';
import { forwarded } from './forward';
import type { Input, ResultDraft } from './input';
import { askPolled, polledUpTo, refusedPublisher, setIntake } from './intake';
import { recordResult, saveGroup, saveTestcase } from './record';
import { uuidOf } from './uuid';
import type { ResultRow, State } from './state';
import { namesIn } from './subject';
import { gatesDiffer, reviewRelease, reviewVerdicts } from './review';
import { postWaivers, waive } from './waive';
import { answerWanted } from './wanted';

export function decide(state: State, input: Input, context: DecideContext): Decision<State> | Refusal | Parked {
  switch (input.type) {
    case 'result-reported':
      return takeResult(state, input.draft, context);
    case 'results-reported':
      return firstRefused(state, input.drafts) ?? takeResults(state, input.drafts, context);
    case 'result-unmappable':
      return input.refusal;
    case 'intake-set':
      return setIntake(state, input.settings, context);
    case 'result-forwarded':
      return forwarded(state, input.forwarded, context);
    case 'poll-due':
      return askPolled(state, input.name, context);
    case 'results-polled':
      return takePolled(state, input, context);
    case 'group-posted':
      return keepGroup(state, input.group, context);
    case 'testcase-posted':
      return keepTestcase(state, input.name, input.ref_url);
    case 'verdict-wanted':
      return answerWanted(state, input.wanted, context);
    case 'verdict-review':
      return answerVerdicts(state, [input.verdict], context.at);
    case 'verdicts-review':
      return reviewVerdicts(state, input);
    case 'release-changed':
      return keepReleases(state, [input.release]);
    case 'waive':
      return waive(state, input, context);
    case 'waivers-posted':
      return postWaivers(state, input.waivers, context);
    case 'policies-read':
      return keepCatalogue(state, input);
    case 'remote-found':
      return keepRemote(state, input, context);
    case 'foreign-told':
      return keepForeign(state, input, context);
    case 'remote-retry':
      return retryRemote(state, input.verdict, context);
    case 'rerun-asked':
      return { state, effects: [] };
    case 'group-wanted':
      return answerGroup(state, input, context);
    case 'releases-missed':
      return { state, effects: [doWork('releases.ask', context.id, {})] };
    case 'releases-told':
      return keepReleases(state, input.releases);
    default:
      return assertNever(input);
  }
}

function takeResult(state: State, draft: ResultDraft, context: DecideContext): Decision<State> | Refusal {
  const refused = refusedPublisher(state, draft);
  if (refused) return refused;
  const recorded = recordResult(state, draft, context);
  const { result } = recorded;
  const reply = { result, testcase: recorded.state.testcases.get(result.testcase) ?? null };
  if (!recorded.fresh) return { state, effects: [], reply };
  const answered = answerVerdicts(recorded.state, touchedBy(recorded.state, namesIn(result.data)), context.at);
  return { state: answered.state, effects: [...recorded.effects, ...answered.effects], reply };
}

function firstRefused(state: State, drafts: readonly ResultDraft[]): Refusal | null {
  for (const draft of drafts) {
    const refused = refusedPublisher(state, draft);
    if (refused) return refused;
  }
  return null;
}

/** One message's results are decided on together: a gate turns once. */
function takeResults(state: State, drafts: readonly ResultDraft[], context: DecideContext): Decision<State> {
  let recorded: Decision<State> = { state, effects: [] };
  const results: ResultRow[] = [];
  const names = new Set<string>();
  for (const draft of drafts) {
    const one = recordResult(recorded.state, draft, context);
    recorded = { state: one.state, effects: [...recorded.effects, ...one.effects] };
    results.push(one.result);
    if (one.fresh) namesIn(one.result.data).forEach((name) => names.add(name));
  }
  const answered = answerVerdicts(recorded.state, touchedBy(recorded.state, [...names]), context.at);
  return { state: answered.state, effects: [...recorded.effects, ...answered.effects], reply: { results } };
}

function takePolled(
  state: State,
  { name, drafts, cursor }: Extract<Input, { type: 'results-polled' }>,
  context: DecideContext,
): Decision<State> {
  const taken = takeResults(state, drafts, context);
  const noted = polledUpTo(taken.state, name, cursor, context);
  return { state: noted.state, effects: [...taken.effects, ...noted.effects] };
}

function keepGroup(
  state: State,
  draft: Extract<Input, { type: 'group-posted' }>['group'],
  context: DecideContext,
): Decision<State> {
  const saved = saveGroup(state, { ...draft, uuid: draft.uuid ?? uuidOf(context.id) });
  return { state: saved.state, effects: [], reply: saved.group };
}

function keepTestcase(state: State, name: string, refUrl: string | undefined): Decision<State> {
  const saved = saveTestcase(state, name, refUrl);
  return { state: saved.state, effects: [], reply: saved.testcase };
}

/** Newer revisions replace older ones; where gates differ, all verdicts of the release are looked at again. */
function keepReleases(state: State, releases: Extract<Input, { type: 'releases-told' }>['releases']): Decision<State> {
  const newer = releases.filter(({ name, revision }) => revision > (state.releases.get(name)?.definitionRevision ?? 0));
  const differ = newer.filter(({ name, definition }) => gatesDiffer(state.releases.get(name)?.definition, definition));
  let next = state;
  for (const { name, revision, definition } of newer) {
    const known = state.releases.get(name);
    next = put(next, 'releases', {
      id: name,
      revision: known?.revision ?? 0,
      definitionRevision: revision,
      definition,
    });
  }
  const names = newer.map(({ name }) => name);
  return {
    state: next,
    effects: differ.map(({ name }) => reviewRelease(name)),
    appeared: names.map((name) => `release/${name}`),
  };
}

function answerGroup(
  state: State,
  input: Extract<Input, { type: 'group-wanted' }>,
  context: DecideContext,
): Decision<State> | Refusal | Parked {
  const wanted = groupQuestion(state, input);
  if ('refused' in wanted) return wanted;
  const answered = answerWanted(state, wanted, context);
  return 'parked' in answered ? answered : groupReply(answered, wanted);
}
