import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGraph } from './graph';
import { stepsOf } from './schedule';
import { membersOf, setNamed } from './sets';

describe('a graph that the resolver exported', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-sim-graph-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (graph: unknown) => {
    const file = join(folder, 'graph.json');
    writeFileSync(file, JSON.stringify(graph));
    return readGraph({ kind: 'exported', file });
  };

  it('has the needs that it was exported with', async () => {
    const network = await read({
      snapshot: 'bookworm-i1',
      components: ['deb/perl', 'deb/gcc-12', 'rpm/g++', 'deb/alone'].map((id) => ({ id, version: '1.0~rc1-1+b2' })),
      edges: [
        { from: 'deb/gcc-12', to: 'deb/perl', kinds: ['build', 'runtime'] },
        { from: 'rpm/g++', to: 'deb/gcc-12', kinds: ['build'] },
      ],
    });
    const names = (of: Int32Array): string[] => [...of].map((one) => network.components.get(one)).sort();
    expect(names(membersOf(network, { about: '', direct: 'deb/perl' }))).toEqual(['deb/gcc-12', 'deb/perl']);
    expect(names(membersOf(network, { about: '', transitive: 'deb/perl' }))).toEqual([
      'deb/gcc-12',
      'deb/perl',
      'rpm/g++',
    ]);
  });

  it('of another distribution is rebuilt whole, each component once, whatever its type', async () => {
    const types = ['rpm/stone', 'container/stone', 'module/stone:1.2', 'image/mill'];
    const edges = [{ from: 'container/stone', to: 'rpm/stone', kinds: ['build'] }];
    const network = await read({ components: types.map((id) => ({ id })), edges });
    const steps = stepsOf(network, membersOf(network, setNamed('full')));
    expect(new Set(steps.map((step) => step.component)).size).toBe(types.length);
    expect(() => membersOf(network, setNamed('perl-abi'))).toThrow(/nothing of this graph, which has 4 components/);
    expect(() => membersOf(network, setNamed('perl-abi'))).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('--set full') as string }) as Error,
    );
  });

  it('that is none is refused, with where to get one', async () => {
    await expect(read({ components: 1 })).rejects.toMatchObject({
      code: 'graph-unreadable',
      remedy: expect.stringContaining('millrace snapshots export'),
    });
  });
});
