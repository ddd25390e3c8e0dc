import { releaseDefinition } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import { FairTurns } from './fair-turns';
import type { CascadeRow } from './state';

const cascade = (id: string, urgency: CascadeRow['urgency'] = 'normal'): CascadeRow =>
  ({ id, urgency }) as Partial<CascadeRow> as CascadeRow;

describe('turns of cascades', () => {
  it('with one slot two cascades are built in turn: none waits for the end of the other', async () => {
    const [first, second] = [
      ['rpm/a', 'rpm/b', 'rpm/c'],
      ['rpm/x', 'rpm/y', 'rpm/z'],
    ];
    const graph = Object.fromEntries([...first!, ...second!].map((name) => [name, []]));
    const world = new World({ graph });
    const definition = releaseDefinition.parse({ ...definitionOf(), triggers: { concurrent: 'beside' } });
    await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 0 });
    await world.change(first!);
    await world.settle();
    await world.change(second!);
    await world.settle();
    expect(world.submitted).toEqual([]);
    await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 1 });
    await world.settle();
    const order = world.submitted.map(({ component }) => (first!.includes(component) ? 1 : 2));
    expect(order).toHaveLength(6);
    expect(order.slice(0, 4).sort()).toEqual([1, 1, 2, 2]);
    expect(order[0]).not.toBe(order[1]);
  });

  it('go by weight, and who comes later begins beside the one that has had the least', () => {
    const [slow, fast] = [cascade('slow', 'background'), cascade('fast', 'security')];
    const turns = new FairTurns(undefined, [slow, fast]);
    turns.took(slow);
    for (let n = 0; n < 4; n++) turns.took(fast);
    expect([turns.of(slow), turns.of(fast)]).toEqual([1, 0.5]);
    const later = new FairTurns(turns.kept().turns, [slow, fast, cascade('new')]);
    expect(later.kept()).toEqual({ turns: { slow: 0.5, fast: 0, new: 0 } });
    expect(new FairTurns(later.kept().turns, [slow]).kept()).toEqual({});
  });
});
