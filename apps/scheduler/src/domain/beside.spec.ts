import { releaseDefinition } from '@millrace/contracts';
import { World } from '../store/testing/world';
import { definitionOf, type Outside } from '../store/testing/outside';
import type { ChangeReply } from './changes';
import type { RebuildRow } from './state';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': [], 'rpm/d': ['rpm/c'], 'rpm/e': [] };

/** `rpm/a` and `rpm/c` wait at their gates until they are let go. */
async function worldOf(more: Partial<Outside> = {}) {
  const shut = new Set(['rpm/a', 'rpm/c']);
  const gate = (component: string) => (shut.has(component) ? 'silent' : 'passed');
  const world = new World({ graph, gate, ...more });
  const triggers = { concurrent: 'beside' };
  const definition = releaseDefinition.parse({ ...definitionOf(), triggers });
  await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
  await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 4 });
  const letGo = async (component: string): Promise<void> => {
    shut.delete(component);
    const waiting = rebuilds(world).filter((row) => row.component === component && row.state === 'gating');
    const test = { test: 't', state: 'passed', text: '', result: 1, waiver: null, link: null } as const;
    for (const { build } of waiting) {
      const about = {
        release: 'mill',
        build: build!,
        decision: 'passed',
        verdictRevision: 9,
        reasons: [test],
      } as const;
      await world.take({ type: 'verdict.decided', ...about }, 'ci-bridge');
    }
    await world.settle();
  };
  const change = async (...components: string[]): Promise<ChangeReply> => {
    const reply = (await world.change(components)) as ChangeReply;
    await world.settle();
    return reply;
  };
  return { world, change, letGo };
}

const cascades = (world: World) => [...world.store.rows.cascades.values()].sort((a, b) => a.number - b.number);
const states = (world: World) => cascades(world).map((row) => row.state);
const rebuilds = (world: World): RebuildRow[] => [...world.store.rows.rebuilds.values()];
const release = (world: World) => world.store.rows.releases.get('mill')!;

describe('cascades beside one another', () => {
  it('run at the same time, each in its own place, and land one after the other', async () => {
    const { world, change, letGo } = await worldOf();
    await change('rpm/a', 'rpm/b');
    expect(await change('rpm/c', 'rpm/d')).toMatchObject({ because: expect.stringMatching(/runs beside/) });
    expect(states(world)).toEqual(['running', 'running']);
    const [first, second] = cascades(world);
    expect(release(world)).toMatchObject({ running: first!.id, beside: [second!.id] });
    await letGo('rpm/c');
    expect(states(world)).toEqual(['running', 'completed']);
    expect(release(world)).toMatchObject({ running: first!.id, beside: [] });
    await letGo('rpm/a');
    expect(states(world)).toEqual(['completed', 'completed']);
    expect(release(world)).toMatchObject({ running: null, beside: [] });
  });

  it('the places of those that still run take what one has landed', async () => {
    const { world, change, letGo } = await worldOf();
    await change('rpm/a', 'rpm/b');
    await change('rpm/c', 'rpm/d');
    await letGo('rpm/c');
    const [first] = cascades(world);
    const builds = rebuilds(world)
      .filter((row) => row.cascade !== first!.id)
      .map(({ component, build }) => ({ component, build }));
    expect(world.followed).toEqual([{ cascade: first!.id, builds }]);
  });

  it('nothing new starts in a place that does not have yet what another one has landed, and it says so', async () => {
    const { world, change, letGo } = await worldOf({ followsLate: true });
    await change('rpm/a', 'rpm/b');
    await change('rpm/c', 'rpm/d');
    await letGo('rpm/c');
    await letGo('rpm/a');
    const [first] = cascades(world);
    const b = (): string => rebuilds(world).find((row) => row.component === 'rpm/b')!.state;
    expect([states(world), b()]).toEqual([['running', 'completed'], 'ready']);
    const [{ cascade, builds }] = world.followed as [(typeof world.followed)[number]];
    const about = { type: 'place.followed', release: 'mill', cascade, builds } as const;
    const fault = { code: 'away', kind: 'unavailable', message: 'the hub is away' } as const;
    await world.take({ ...about, fault });
    await world.settle();
    expect([cascades(world)[0]!.problem, b()]).toEqual([expect.stringContaining('the hub is away'), 'ready']);
    await world.take({ ...about, fault: null });
    await world.settle();
    expect(states(world)).toEqual(['completed', 'completed']);
    expect(world.store.rows.cascades.get(first!.id)).toMatchObject({ following: [], problem: null });
    expect(world.submitted.filter((one) => one.component === 'rpm/b')).toHaveLength(1);
  });

  it('a change of what one of them rebuilds goes into that one', async () => {
    const { world, change } = await worldOf();
    await change('rpm/a', 'rpm/b');
    await change('rpm/c', 'rpm/d');
    const [, second] = cascades(world);
    const reply = (await world.change(['rpm/d'], 'commit', 'd'.repeat(40))) as ChangeReply;
    expect(reply).toMatchObject({ outcome: 'cascade', cascade: second!.id });
  });

  it('where their plans meet the younger gives way, and its changes start when nothing runs', async () => {
    const { world, change, letGo } = await worldOf({ adds: (one) => (one === 'rpm/e' ? ['rpm/b'] : []) });
    await change('rpm/a', 'rpm/b');
    await change('rpm/e');
    expect(states(world)).toEqual(['running', 'cancelled']);
    const [older, younger] = cascades(world);
    expect(younger!.problem).toMatch(`${older!.id}, which is older, rebuilds rpm/b too`);
    const waiting = [...world.store.rows.changes.values()].find((row) => row.outcome === 'waits')!;
    expect(waiting).toMatchObject({ waitsFor: 'cascade', components: [{ component: 'rpm/e' }] });
    // What comes now waits with it: else it might never be its turn.
    expect(await change('rpm/c')).toMatchObject({ outcome: 'waits' });
    await letGo('rpm/a');
    await letGo('rpm/c');
    expect(states(world)).toEqual(['completed', 'cancelled', 'completed']);
    expect(new Set(cascades(world)[2]!.roots)).toEqual(new Set(['rpm/c', 'rpm/e']));
  });

  it('an older one whose plan grows into a younger one goes on, and the younger gives way', async () => {
    const { world, change, letGo } = await worldOf({ adds: (one) => (one === 'rpm/b' ? ['rpm/d'] : []) });
    await change('rpm/a', 'rpm/b');
    await change('rpm/c', 'rpm/d');
    await letGo('rpm/a');
    expect(states(world)).toEqual(['completed', 'cancelled', 'running']);
    await letGo('rpm/c');
    expect(states(world)).toEqual(['completed', 'cancelled', 'completed']);
  });

  it('a hold of the release holds them all, and lets them all go', async () => {
    const { world, change } = await worldOf();
    await change('rpm/a', 'rpm/b');
    await change('rpm/c', 'rpm/d');
    const scope = { cascade: null, tier: null, component: null };
    await world.take({ type: 'hold.set', release: 'mill', scope, until: null, why: '' });
    expect(states(world)).toEqual(['held', 'held']);
    await world.take({ type: 'hold.end', release: 'mill', scope, why: '' });
    expect(states(world)).toEqual(['running', 'running']);
  });

  it('everything, or what is named twice, waits for the end of what runs', async () => {
    const { world, change } = await worldOf();
    await change('rpm/a', 'rpm/b');
    const all = (await world.change('all', 'set')) as ChangeReply;
    expect(all).toMatchObject({ outcome: 'waits' });
    expect(states(world)).toEqual(['running']);
  });
});
