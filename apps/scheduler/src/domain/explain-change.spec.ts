import { World } from '../store/testing/world';
import { explainComponent, type KnownComponent } from './explain-change';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': [] };

/** As the door looks it up. */
function known(world: World, component: string): KnownComponent {
  const { releases, cascades, rebuilds, changes, validated } = world.store.rows;
  const { definition, running } = releases.get('mill')!;
  const rows = [...rebuilds.values()].filter((row) => row.component === component);
  const newest = [...cascades.values()].sort((a, b) => b.number - a.number);
  const named = [...changes.values()].filter((row) =>
    [...row.components, ...(row.dropped ?? [])].some((one) => one.component === component),
  );
  return {
    ...{ definition, component, hold: null, at: '2026-01-01T00:00:00.000Z' },
    changes: named.sort((a, b) => (a.at < b.at ? 1 : -1)),
    running: running === null ? null : cascades.get(running)!,
    rebuilds: rows.filter((row) => row.cascade === running),
    past: newest
      .filter((cascade) => cascade.id !== running)
      .map((cascade) => ({ cascade, rebuilds: rows.filter((row) => row.cascade === cascade.id) })),
    validated: validated.get(`mill/${component}`) ?? null,
  };
}

const words = (world: World, component: string): string => explainComponent(known(world, component)).join('\n');

describe('why something was rebuilt, or was not', () => {
  it('names the change and the cascade that rebuilt it', async () => {
    const world = new World({ graph });
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    expect(words(world, 'rpm/a')).toMatch(
      /newest change of rpm\/a[\s\S]*In cascade c1-\w+, which is completed, it was validated/,
    );
  });

  it('says that no cascade reached it', async () => {
    const world = new World({ graph });
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    expect(words(world, 'rpm/c')).toMatch(
      /No change of rpm\/c has been reported[\s\S]*did not rebuild rpm\/c: nothing that it uses was lost/,
    );
  });

  it('says of what the graph does not know only that, and what may be meant', async () => {
    const world = new World({ graph });
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    const unknown = 'did you mean rpm/c?';
    expect(explainComponent({ ...known(world, 'rpm/cc'), unknown })).toEqual([
      'The graph of mill does not know rpm/cc: did you mean rpm/c?',
    ]);
    // It is gone from the graph: what became of it before is told all the same.
    expect(explainComponent({ ...known(world, 'rpm/a'), unknown: 'nothing is like it' }).join('\n')).toMatch(
      /does not know rpm\/a: nothing is like it\.\n.*newest change of rpm\/a/,
    );
  });

  it('says what a policy, a rule and a freeze keep from it', async () => {
    const definition = {
      components: [{ match: ['rpm/c'], policy: 'never' as const, priority: 0, reason: 'built elsewhere' }],
      triggers: { lull: '0s', rules: [{ components: ['rpm/c'], outcome: 'approve' as const, reason: 'it is old' }] },
    };
    const world = new World({ graph, definition });
    await world.start(['rpm/a'], 'set');
    await world.settle();
    expect(words(world, 'rpm/c')).toMatch(/built elsewhere[\s\S]*a person must approve it: it is old/);
  });

  it('says where it stands in the running cascade', async () => {
    const world = new World({ graph, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    expect(words(world, 'rpm/b')).toMatch(/rpm\/b is waiting in cascade c1-\w+, which is running/);
  });
});
