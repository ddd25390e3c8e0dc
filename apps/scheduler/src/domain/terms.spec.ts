import { releaseDefinition } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };

describe('a definition that is applied while a cascade runs', () => {
  const apply = (world: World, more: object) => {
    const definition = releaseDefinition.parse({ ...definitionOf(), ...more });
    return world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
  };
  const retries = (attempts: number) => ({ retries: { attempts, pause: '1s', budget: 10, freed_per_day: 1 } });

  it('is not that by which failures of the running one are tried again, but by which those of the next are', async () => {
    const world = new World({
      graph,
      build: (component, attempt) => (component === 'rpm/a' && attempt < 3 ? 'infrastructure' : 'complete'),
      definition: retries(3),
    });
    await world.start(['rpm/a'], 'set');
    await apply(world, retries(1));
    await world.settle();
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', attempt: 3 });
    expect(world.cascade).toMatchObject({ definitionRevision: 1, terms: { retries: { attempts: 3 } } });
    await world.change(['rpm/a'], 'set');
    await world.settle();
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'failed', attempt: 1 });
  });

  it('holds at once where it is meant for now: its mode', async () => {
    const world = new World({ graph });
    await world.start(['rpm/a'], 'set');
    await apply(world, { mode: 'observe' });
    await world.settle();
    expect(world.cascade.state).not.toBe('completed');
  });

  it('keeps how the running one is driven, whatever it says of that', async () => {
    const world = new World({ graph });
    await world.start(['rpm/a'], 'set');
    const { terms } = world.cascade;
    const [folding, canaries] = [
      { generations: 9, until: 1 },
      { first: 0, stop_loss: 1, least: 1 },
    ];
    await apply(world, { knots: 'manual', cut_off: false, folding, canaries });
    expect(world.cascade.terms).toEqual(terms);
    await world.settle();
    await world.change(['rpm/b'], 'set');
    expect(world.cascade.terms).toMatchObject({ knots: 'manual', cutOff: false, folding, canaries });
  });
});
