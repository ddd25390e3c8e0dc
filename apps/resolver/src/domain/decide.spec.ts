import { isParked, isRefusal, type Decision, type Effect } from '@millrace/kernel';
import fc from 'fast-check';
import { definitionOf } from '../../test/definition';
import { part } from '../../test/worlds';
import { decide } from './decide';
import type { Imported, ResolverInput } from './input';
import type { LayerRow, ReleaseRow, ResolverState } from './state';

const empty: ResolverState = {
  releases: new Map(),
  snapshots: new Map(),
  facts: new Map(),
  overlays: new Map(),
  layers: new Map(),
  graphs: new Map(),
  archives: new Map(),
};
const context = { at: '2026-01-31T09:30:00.000Z', id: 'i-1', who: 'tester' };
const known: ResolverInput = { type: 'release-known', name: 'mini', revision: 1, definition: definitionOf() };
const counts = { components: 1, dependencies: 0, external: 0, unresolved: 0 };
const found = (digest: string): Imported => ({
  digest,
  basis: `b-${digest}`,
  parts: [['rpm/a', `facts-${digest}`]],
  counts,
});
const ended = (number: number, digest: string): ResolverInput => ({
  type: 'import-ended',
  release: 'mini',
  number,
  outcome: { ok: true, value: found(digest) },
});
const validated = (number: number, more: object = {}): ResolverInput => ({
  ...{ type: 'build-validated', release: 'mini', cascade: 'c-1', number },
  ...{ component: `rpm/c${number}`, contents: `sha256:${number}`, bootstrap: false, ...more },
});

/** The state and all effects after inputs that must all be decided. */
function after(inputs: readonly ResolverInput[], start = empty): { state: ResolverState; effects: readonly Effect[] } {
  return inputs.reduce<{ state: ResolverState; effects: readonly Effect[] }>(
    (on, input) => {
      const decision = decide(on.state, input, context);
      if (isRefusal(decision) || isParked(decision)) throw new Error(JSON.stringify(decision));
      return { state: decision.state, effects: [...on.effects, ...decision.effects] };
    },
    { state: start, effects: [] },
  );
}

function works(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.lane === 'work' ? [`${effect.kind} ${effect.key}`] : []));
}

function events(effects: readonly Effect[]): unknown[] {
  return effects.flatMap((effect) => (effect.lane === 'bus' ? [effect.data] : []));
}

function release(state: ResolverState): ReleaseRow {
  return state.releases.get('mini')!;
}

describe('a release definition', () => {
  it('starts an import, and lets go on what waited for it', () => {
    const decision = decide(empty, known, context) as Decision<ResolverState>;
    expect(works(decision.effects)).toEqual(['graph.import mini#1']);
    expect(decision.appeared).toEqual(['release/mini']);
  });

  it('of an old revision is ignored', () => {
    const { state } = after([{ ...known, revision: 2 } as ResolverInput]);
    expect(after([known], state)).toEqual({ state, effects: [] });
  });
});

describe('an import', () => {
  it('makes a snapshot and says so', () => {
    const { state, effects } = after([known, ended(1, 'd1')]);
    expect(release(state)).toMatchObject({ snapshot: 'mini-1', importing: null, ended: 1, problem: null });
    expect(state.snapshots.get('mini-1')).toMatchObject({ number: 1, digest: 'd1', at: context.at });
    expect(events(effects)).toEqual([expect.objectContaining({ snapshot: 'mini-1', digest: 'd1', counts })]);
  });

  it('of unchanged input makes no new snapshot', () => {
    const before = after([known, ended(1, 'd1')]).state;
    const { state, effects } = after(
      [{ type: 'import-wanted', release: 'mini', because: 'why not' }, ended(2, 'd1')],
      before,
    );
    expect(release(state)).toMatchObject({ snapshot: 'mini-1', snapshots: 1, ended: 2 });
    expect(events(effects)).toEqual([]);
  });

  it('runs alone: what is wanted meanwhile is one more after it', () => {
    const want = (because: string): ResolverInput => ({ type: 'import-wanted', release: 'mini', because });
    const { state, effects } = after([known, want('one'), want('two')]);
    expect(works(effects)).toEqual(['graph.import mini#1']);
    const next = after([ended(1, 'd1')], state);
    expect(works(next.effects)).toEqual(['graph.import mini#2']);
    expect(release(next.state)).toMatchObject({ importing: 'two', again: null });
  });

  it('answers with the number of the import that will show what is there now', () => {
    const { state } = after([known]);
    const want: ResolverInput = { type: 'import-wanted', release: 'mini', because: 'x' };
    expect(decide(state, want, context)).toMatchObject({ reply: { accepted: true, number: 2 } });
  });

  it('that ended before changes nothing when it ends again', () => {
    const { state } = after([known, ended(1, 'd1')]);
    expect(after([ended(1, 'other')], state)).toEqual({ state, effects: [] });
  });

  it('that fails keeps the old snapshot and says why; what may pass is tried again', () => {
    const before = after([known, ended(1, 'd1'), { type: 'import-wanted', release: 'mini', because: 'x' }]).state;
    const fault = { kind: 'unavailable' as const, message: 'the folder cannot be read' };
    const { state, effects } = after(
      [{ type: 'import-ended', release: 'mini', number: 2, outcome: { ok: false, fault } }],
      before,
    );
    expect(release(state)).toMatchObject({ snapshot: 'mini-1', importing: null, problem: fault.message });
    expect(effects).toEqual([expect.objectContaining({ lane: 'deadline', at: '2026-01-31T09:30:30.000Z' })]);
    expect(
      release(after([{ type: 'import-wanted', release: 'mini', because: 'x' }, ended(3, 'd1')], state).state).problem,
    ).toBeNull();
  });

  it('of an unknown release is refused', () => {
    const decision = decide(empty, { type: 'import-wanted', release: 'nope', because: 'x' }, context);
    expect(decision).toMatchObject({ refused: true, code: 'release-unknown', kind: 'missing' });
  });
});

describe("a cascade's overlay", () => {
  const facts = part('rpm/c1');
  const fetched = (number: number): ResolverInput => ({
    ...{ type: 'contents-fetched', release: 'mini', layer: `mini/c-1/${number}` },
    outcome: { ok: true, value: { digest: `f${number}`, facts } },
  });

  it('fetches the contents of every validated build', () => {
    const { state, effects } = after([validated(1), validated(2)]);
    expect(works(effects)).toEqual(['contents.fetch mini/c-1/1#1', 'contents.fetch mini/c-1/2#1']);
    expect(after([fetched(2)], state).state.layers.get('mini/c-1/2')).toMatchObject({ state: 'laid', facts: 'f2' });
  });

  it('counts bootstrap builds and assembled things without laying them', () => {
    const { state, effects } = after([validated(1, { bootstrap: true }), validated(2, { component: 'stack/s' })]);
    expect(works(effects)).toEqual([]);
    expect([...state.layers.values()].map((layer) => layer.state)).toEqual(['bare', 'bare']);
  });

  it('asks again for contents that could not be had, under a new key', () => {
    const { state } = after([validated(1)]);
    const fault = { kind: 'unavailable' as const, message: 'nobody answers' };
    const failed = after(
      [{ type: 'contents-fetched', release: 'mini', layer: 'mini/c-1/1', outcome: { ok: false, fault } }],
      state,
    );
    const [deadline] = failed.effects;
    if (deadline?.lane !== 'deadline') throw new Error('no deadline');
    expect(works(after([deadline.input as ResolverInput], failed.state).effects)).toEqual([
      'contents.fetch mini/c-1/1#2',
    ]);
  });

  it('is the same in whatever order, and however often, its messages come', () => {
    const inputs = [validated(1), validated(2), validated(3, { bootstrap: true }), fetched(1), fetched(2)];
    const plain = (state: ResolverState): LayerRow[] => [...state.layers.values()].sort((a, b) => a.number - b.number);
    const expected = plain(after(inputs).state);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), (order) => {
        const builds = order.map((n) => inputs[n]!);
        expect(plain(after([...builds, inputs[3]!, inputs[4]!, inputs[3]!]).state)).toEqual(expected);
      }),
    );
  });

  it('takes no more when its cascade has ended, and completion imports what landed', () => {
    const start = after([known, ended(1, 'd1'), validated(1)]).state;
    const { state, effects } = after(
      [{ type: 'cascade-ended', release: 'mini', cascade: 'c-1', completed: true }],
      start,
    );
    expect(works(effects)).toEqual(['graph.import mini#2']);
    expect(release(state).importing).toBe('cascade c-1 completed');
    expect(after([validated(2)], state)).toEqual({ state, effects: [] });
  });

  it('of a cancelled cascade is dropped without an import', () => {
    const start = after([known, ended(1, 'd1')]).state;
    const { state, effects } = after(
      [{ type: 'cascade-ended', release: 'mini', cascade: 'c-1', completed: false }],
      start,
    );
    expect(works(effects)).toEqual([]);
    expect(state.overlays.get('mini/c-1')).toMatchObject({ closed: true });
  });

  it('waits for the definition when the cascade completes before it is known', () => {
    const decision = decide(
      empty,
      { type: 'cascade-ended', release: 'mini', cascade: 'c-1', completed: true },
      context,
    );
    expect(decision).toMatchObject({ parked: true, until: 'release/mini' });
  });
});

describe('the start', () => {
  it('asks for all releases, and again when nobody answers', () => {
    expect(works(after([{ type: 'started' }]).effects)).toEqual(['releases.ask i-1']);
    const [again] = after([{ type: 'releases-told', releases: null }]).effects;
    expect(again).toMatchObject({ lane: 'deadline', input: { type: 'started' } });
  });

  it('takes each release as if it had just changed', () => {
    const told = { name: 'mini', revision: 3, definition: definitionOf() };
    const { effects } = after([{ type: 'releases-told', releases: [told] }]);
    expect(effects).toEqual([{ lane: 'input', input: { type: 'release-known', ...told } }]);
  });
});

describe('facts', () => {
  it('are stored once', () => {
    const input: ResolverInput = { type: 'facts-read', release: 'mini', facts: { f1: part('rpm/a') } };
    const { state } = after([input]);
    expect(after([input], state).state).toBe(state);
  });
});
