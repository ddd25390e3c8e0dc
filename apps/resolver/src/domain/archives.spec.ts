import { isRefusal, type Decision } from '@millrace/kernel';
import type { ImportReport } from './import-order';
import { decide } from './decide';
import type { ResolverInput } from './input';
import type { ResolverState } from './state';

const empty: ResolverState = {
  ...{ releases: new Map(), snapshots: new Map(), facts: new Map(), overlays: new Map(), layers: new Map() },
  ...{ graphs: new Map(), archives: new Map() },
};
const context = { at: '2026-01-01T00:00:00.000Z', id: 'x', who: 'ada' };
const report: ImportReport = { counts: { components: 3, edges: 4 }, unresolved: {}, problems: [], changes: null };
const wanted = {
  type: 'files-wanted',
  release: 'r',
  kind: 'deb822',
  sources: ['/s'],
  packages: ['/p'],
  arch: 'amd64',
} as const;

function decided(state: ResolverState, input: ResolverInput): Decision<ResolverState> {
  const decision = decide(state, input, context);
  if (!('state' in decision)) throw new Error(JSON.stringify(decision));
  return decision;
}

function read(state: ResolverState, number: number, file: string): Decision<ResolverState> {
  const value = { part: file, file, report };
  return decided(state, { type: 'files-read', release: 'r', number, outcome: { ok: true, value } });
}

/** Imports these graphs one after another. */
function imported(...files: readonly string[]): ResolverState {
  return files.reduce((state, file) => {
    const { state: started } = decided(state, wanted);
    return read(started, started.graphs.get('r')!.imports, file).state;
  }, empty);
}

describe('an import from files', () => {
  it('is for a release that nobody has defined, too, and one at a time', () => {
    const { state, effects, reply } = decided(empty, wanted);
    expect(effects).toMatchObject([{ kind: 'files.read', order: { number: 1, parts: {}, newest: null } }]);
    expect(reply).toMatchObject({ accepted: true, number: 1 });
    const again = decide(state, wanted, context);
    expect(isRefusal(again) && again.code).toBe('import-running');
  });

  it('makes a snapshot and says so', () => {
    const { state } = decided(empty, wanted);
    const { state: next, effects } = read(state, 1, 'sha256:a');
    expect(next.archives.get('r-i1')).toMatchObject({ file: 'sha256:a', pruned: false, name: null });
    expect(next.graphs.get('r')).toMatchObject({ newest: 'r-i1', importing: null, parts: { deb822: 'sha256:a' } });
    expect(effects).toHaveLength(1);
  });

  it('of unchanged input makes none', () => {
    const { state } = decided(imported('sha256:a'), wanted);
    const { state: next, effects } = read(state, 2, 'sha256:a');
    expect(next.archives.size).toBe(1);
    expect(next.graphs.get('r')!.last).toEqual({ number: 2, text: 'nothing changed since r-i1', problem: null });
    expect(effects).toEqual([]);
  });

  it('that fails leaves the old snapshot in use, with what was wrong', () => {
    const { state } = decided(imported('sha256:a'), wanted);
    const fault = {
      code: 'metadata-damaged',
      kind: 'invalid' as const,
      message: 'Sources:7: torn',
      remedy: 'fetch it again',
    };
    const next = decided(state, { type: 'files-read', release: 'r', number: 2, outcome: { ok: false, fault } }).state;
    expect(next.graphs.get('r')).toMatchObject({
      newest: 'r-i1',
      importing: null,
      last: { problem: 'Sources:7: torn', remedy: 'fetch it again' },
    });
  });

  it('that ends twice, or is not the running one, changes nothing', () => {
    const state = imported('sha256:a');
    expect(read(state, 1, 'sha256:b')).toEqual({ state, effects: [] });
  });
});

describe('snapshots', () => {
  it('are pruned but for the newest and those with a name', () => {
    const three = imported('sha256:a', 'sha256:b', 'sha256:c');
    const named = decided(three, { type: 'snapshot-named', release: 'r', snapshot: 'r-i1', name: 'before' }).state;
    const { state, effects, reply } = decided(named, { type: 'prune-wanted', release: 'r', keep: 1 });
    expect(reply).toMatchObject({ pruned: ['r-i2'] });
    expect(effects).toMatchObject([{ kind: 'files.remove', order: { files: ['sha256:b'] } }]);
    expect([...state.archives.values()].map((one) => one.pruned)).toEqual([false, true, false]);
  });

  it('do not share a name', () => {
    const two = imported('sha256:a', 'sha256:b');
    const named = decided(two, { type: 'snapshot-named', release: 'r', snapshot: 'r-i1', name: 'x' }).state;
    const again = decide(named, { type: 'snapshot-named', release: 'r', snapshot: 'r-i2', name: 'x' }, context);
    expect(isRefusal(again) && again.code).toBe('snapshot-name-taken');
  });
});
