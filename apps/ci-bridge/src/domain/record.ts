import { resultRecorded, say } from '@millrace/contracts';
import { put, type DecideContext, type Effect } from '@millrace/kernel';
import { forward } from './forward';
import type { GroupDraft, ResultDraft } from './input';
import { intakeId } from './intake';
import { earlier, later, stampAfter, stampOf, type Stamp } from './stamp';
import { numberId, type CounterRow, type GroupRow, type ResultRow, type State, type TestcaseRow } from './state';
import { namesIn } from './subject';
import { uuidOf } from './uuid';

export interface Recorded {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly result: ResultRow;
  /** false: it was there already, from the same source. */
  readonly fresh: boolean;
}

/** Stores a result with its test case and groups, and says so. The same source gives the same result. */
export function recordResult(state: State, draft: ResultDraft, context: DecideContext): Recorded {
  const known = draft.source === null ? undefined : knownResult(state, draft.source);
  if (known) return { state, effects: [], result: known, fresh: false };
  const counter = counterOf(state, 'results');
  const now = later(stampOf(context.at), stampAfter(counter.last, 1));
  const groups = groupsOf(draft, context.id);
  const result = resultRow(draft, counter.next, now, groups, context.who);
  let next = put(state, 'counters', { ...counter, next: counter.next + 1, last: now });
  const forwarding = state.intake.get(intakeId)?.forward ?? null;
  if (forwarding !== 'only') next = put(next, 'results', result);
  if (draft.source !== null) next = put(next, 'sources', { id: draft.source, revision: 0, result: result.id });
  next = saveTestcase(next, draft.testcase.name, draft.testcase.ref_url).state;
  for (const group of groups) next = saveGroup(next, group, 1).state;
  const said = recorded(result, next, draft.release);
  if (forwarding === null) return { state: next, effects: [said], result, fresh: true };
  const sent = forward(next, result, forwarding);
  return { state: sent.state, effects: [said, ...sent.effects], result, fresh: true };
}

/** Makes the group or updates what is given; `results` is how many more results it has. */
export function saveGroup(
  state: State,
  draft: GroupDraft & { uuid: string },
  results = 0,
): { state: State; group: GroupRow } {
  const known = state.groups.get(draft.uuid);
  const counter = counterOf(state, 'groups');
  const group: GroupRow = {
    id: draft.uuid,
    revision: known?.revision ?? 0,
    number: known?.number ?? counter.next,
    description: draft.description ?? known?.description ?? null,
    ref_url: draft.ref_url ?? known?.ref_url ?? null,
    results_count: (known?.results_count ?? 0) + results,
  };
  const counted = known ? state : put(state, 'counters', { ...counter, next: counter.next + 1 });
  return { state: put(counted, 'groups', group), group };
}

export function saveTestcase(state: State, name: string, ref_url?: string): { state: State; testcase: TestcaseRow } {
  const known = state.testcases.get(name);
  if (known && (ref_url === undefined || ref_url === known.ref_url)) return { state, testcase: known };
  const testcase = { id: name, revision: known?.revision ?? 0, ref_url: ref_url ?? known?.ref_url ?? null };
  return { state: put(state, 'testcases', testcase), testcase };
}

export function counterOf(state: State, name: 'results' | 'groups' | 'waivers' | 'decisions'): CounterRow {
  return state.counters.get(name) ?? { id: name, revision: 0, next: 1, last: '1970-01-01T00:00:00.000000' };
}

function knownResult(state: State, source: string): ResultRow | undefined {
  const known = state.sources.get(source);
  return known && (state.results.get(known.result) ?? state.forwards.get(known.result)?.result ?? undefined);
}

function groupsOf(draft: ResultDraft, id: string): readonly (GroupDraft & { uuid: string })[] {
  const named = draft.groups.map((group, n) => ({ ...group, uuid: group.uuid ?? uuidOf(`${id}/${n}`) }));
  return [...new Map(named.map((group) => [group.uuid, group])).values()];
}

function resultRow(
  draft: ResultDraft,
  number: number,
  now: Stamp,
  groups: readonly { readonly uuid: string }[],
  who: string,
): ResultRow {
  const submitted = draft.submit_time ?? now;
  const occurred = draft.occurred ?? { from: submitted, until: submitted };
  return {
    id: numberId(number),
    revision: 0,
    number,
    testcase: draft.testcase.name,
    outcome: draft.outcome,
    submit_time: submitted,
    // A clock that is ahead must not make its result the latest for ever.
    occurred: earlier(occurred.from, now),
    occurredUntil: earlier(occurred.until, now),
    note: draft.note,
    ref_url: draft.ref_url,
    groups: groups.map((group) => group.uuid),
    data: draft.data,
    who,
  };
}

function recorded(result: ResultRow, state: State, release: string | null): Effect {
  const item = namesIn(result.data)[0] ?? result.testcase;
  const whole = asShown(result, state);
  return say(resultRecorded, {
    release,
    subject: item.slice(0, 512),
    revision: 1,
    data: {
      id: result.number,
      testcase: result.testcase,
      outcome: result.outcome,
      item,
      type: result.data['type']?.[0] ?? 'unknown',
      ref_url: result.ref_url,
      note: result.note,
      ...(JSON.stringify(whole).length <= longestShown ? { result: whole } : {}),
    },
  });
}

/** An event is bounded: a larger result is left to be asked for. */
const longestShown = 100_000;
const base = '/resultsdb/api/v2.0';

/** As API v2.0 shows it, its addresses without the host. */
function asShown(result: ResultRow, state: State) {
  const ref_url = state.testcases.get(result.testcase)?.ref_url ?? null;
  return {
    id: result.number,
    testcase: { name: result.testcase, ref_url, href: `${base}/testcases/${result.testcase}` },
    outcome: result.outcome,
    note: result.note,
    ref_url: result.ref_url,
    submit_time: result.submit_time,
    groups: result.groups,
    data: result.data,
    href: `${base}/results/${result.number}`,
  };
}
