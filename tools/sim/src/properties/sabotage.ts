import type { Decision, Effect } from '@millrace/kernel';
import { isParked, isRefusal } from '@millrace/kernel';
import { decide } from '@millrace/scheduler/domain/decide';
import type { Input } from '@millrace/scheduler/domain/input';
import type { CascadeRow, RebuildRow, ReleaseRow, State } from '@millrace/scheduler/domain/state';
import type { PromiseNumber } from './promises/promise';

type Decide = typeof decide;

/** A scheduler that breaks one of its promises, and in which tales that comes out. */
export interface Sabotage {
  readonly promise: PromiseNumber;
  readonly how: string;
  readonly tales: 'wild' | 'hanging';
  /** A fresh one for each tale. */
  readonly make: () => Decide;
}

/** Whoever watches must see each of these. */
export const sabotages: readonly Sabotage[] = [
  one(1, 'it starts what still waits for something', () => on(forgetNeeds)),
  one(2, 'it leaves waiting what could start', () => afterwards(putBack)),
  one(3, 'a failure blocks others too', blocksOthers),
  one(4, 'what was validated goes back to its gate', () => on(rowsOf((row) => backToGate(row)))),
  one(5, 'it adopts what was built against something else', () => hears(asIfProven)),
  one(6, 'it folds changes in without bound', () => on(releasesOf(withoutBound))),
  one(7, 'two rebuilds wait for one another', () => hears(needOneAnother)),
  one(8, 'it leaves out what lost something', () => hears(nothingLost)),
  one(9, 'it blames at the first breakdown', () => on(releasesOf(withoutRetries))),
  one(10, 'the shortest path goes first', () => shortestFirst),
  one(11, 'it starts at full speed', () => on(cascadesOf((row) => ({ ...row, ramp: { ...row.ramp, allowed: null } })))),
  one(11, 'it counts no losses', () => on(cascadesOf((row) => ({ ...row, ramp: { ...row.ramp, losses: -99 } })))),
  one(12, 'it names nobody', () => says((event) => !/(stalled|failed|rejected)\.v1$/.test(event))),
  {
    ...one(13, 'it tells of nothing that hangs', () => says((event) => !/alert\.raised/.test(event))),
    tales: 'hanging',
  },
  { ...one(13, 'it forgets what it has told', forgetsAlerts), tales: 'hanging' },
  one(14, 'it says everything twice', () => twice),
];

function one(promise: PromiseNumber, how: string, make: () => Decide): Sabotage {
  return { promise, how, tales: 'wild', make };
}

/** It sees another state than there is. */
function on(change: (state: State, input: Input) => State): Decide {
  return (state, input, context) => decide(change(state, input), input, context);
}

function hears(change: (input: Input, state: State) => Input): Decide {
  return (state, input, context) => decide(state, change(input, state), context);
}

function afterwards(change: (decision: Decision<State>, before: State) => Decision<State>): Decide {
  return (state, input, context) => {
    const decided = decide(state, input, context);
    return isRefusal(decided) || isParked(decided) ? decided : change(decided, state);
  };
}

function says(wants: (event: string) => boolean): Decide {
  const isSaid = (effect: Effect): boolean => effect.lane !== 'bus' || wants(effect.event);
  return afterwards((decision) => ({ ...decision, effects: decision.effects.filter(isSaid) }));
}

const twice: Decide = afterwards((decision) => ({
  ...decision,
  effects: decision.effects.flatMap((effect): Effect[] => (effect.lane === 'bus' ? [effect, effect] : [effect])),
}));

function rowsOf(change: (row: RebuildRow) => RebuildRow): (state: State) => State {
  return (state) => ({ ...state, rebuilds: mapped(state.rebuilds, change) });
}

function cascadesOf(change: (row: CascadeRow) => CascadeRow): (state: State) => State {
  return (state) => ({ ...state, cascades: mapped(state.cascades, change) });
}

function releasesOf(change: (row: ReleaseRow) => ReleaseRow): (state: State) => State {
  return (state) => ({ ...state, releases: mapped(state.releases, change) });
}

function mapped<Row>(rows: ReadonlyMap<string, Row>, change: (row: Row) => Row): ReadonlyMap<string, Row> {
  return new Map([...rows].map(([id, row]) => [id, change(row)]));
}

function forgetNeeds(state: State): State {
  return rowsOf((row) => (row.state === 'waiting' && row.open.length > 0 ? { ...row, open: [] } : row))(state);
}

function backToGate(row: RebuildRow): RebuildRow {
  return row.state === 'validated' ? { ...row, state: 'gating' } : row;
}

function putBack(decision: Decision<State>, before: State): Decision<State> {
  const change = (row: RebuildRow): RebuildRow =>
    row.state === 'ready' && before.rebuilds.get(row.id)?.state === 'waiting' ? { ...row, state: 'waiting' } : row;
  return { ...decision, state: rowsOf(change)(decision.state) };
}

function blocksOthers(): Decide {
  let failed: string | null = null;
  return on((state) => {
    for (const row of state.rebuilds.values()) if (row.state === 'failed') failed ??= row.id;
    const blocked = (row: RebuildRow): RebuildRow => ({ ...row, open: [...row.open, failed!] });
    const isFree = (row: RebuildRow): boolean => row.state === 'waiting' && row.open.length > 0;
    return failed === null ? state : rowsOf((row) => (isFree(row) ? blocked(row) : row))(state);
  });
}

function asIfProven(input: Input, state: State): Input {
  if (input.type !== 'hand.ended' || !input.ended.contents) return input;
  const builds = new Map([...state.rebuilds.values()].map((row) => [row.component, row.build]));
  const inputs = input.ended.contents.inputs.map((used) => ({ ...used, build: builds.get(used.component!) ?? null }));
  return { ...input, ended: { ...input.ended, contents: { ...input.ended.contents, inputs } } };
}

function needOneAnother(input: Input): Input {
  if (input.type !== 'plan.part' || input.rebuilds.length < 2) return input;
  const [first, second, ...rest] = input.rebuilds;
  const needs = [first!, second!].map(({ component, pass }) => ({ component, pass }));
  return { ...input, rebuilds: [{ ...first!, needs: [needs[1]!] }, { ...second!, needs: [needs[0]!] }, ...rest] };
}

function nothingLost(input: Input): Input {
  return input.type === 'build.compared' ? { ...input, lost: [] } : input;
}

function withoutBound(row: ReleaseRow): ReleaseRow {
  return { ...row, definition: { ...row.definition, folding: { generations: 99, until: 1 } } };
}

function withoutRetries(row: ReleaseRow): ReleaseRow {
  const retries = { attempts: 1, pause: '2s', budget: 500, freed_per_day: 2 };
  return { ...row, definition: { ...row.definition, retries } };
}

const shortestFirst: Decide = (state, input, context) => {
  if (input.type !== 'slots.look') return decide(state, input, context);
  const decided = decide(rowsOf((row) => ({ ...row, path: -row.path }))(state), input, context);
  if (isRefusal(decided) || isParked(decided)) return decided;
  return { ...decided, state: { ...decided.state, rebuilds: state.rebuilds } };
};

function forgetsAlerts(): Decide {
  return on((state, input) =>
    input.type === 'watch.due'
      ? { ...state, alerts: mapped(state.alerts, (row) => ({ ...row, endedAt: row.since })) }
      : state,
  );
}
