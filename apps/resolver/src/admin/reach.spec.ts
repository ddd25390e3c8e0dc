import { pack, part } from '../../test/worlds';
import { networkOfWorld } from '../domain/graph/from-world';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { largeKnot, manyMembers, ordersHere, type Orders } from '../domain/orders';
import { worldOf } from '../domain/world';
import { answerOrder } from './order';
import { answerReach } from './reach';

const count = manyMembers + 100;

/** A double ring, in which all need one another without any one of them, too, with a chain above it. */
const openOf = (inKnot: number, stored: OpenGraph['stored']): OpenGraph => ({
  ...{ snapshot: 's', reach: null, needed: [], report: null, stored },
  network: networkOfWorld(
    worldOf(
      Array.from({ length: count }, (_, n) =>
        part(`rpm/c${n}`, {
          buildRequires: (n < inKnot ? [(n + 1) % inKnot, (n + 2) % inKnot] : [n - 1]).map((m) => `lib${m}`),
          packages: [pack(`lib${n}`)],
        }),
      ),
    ),
  ),
});

const graphsWith = (open: OpenGraph): Graphs => ({ open: () => Promise.resolve(open) }) as unknown as Graphs;
const file = { file: 'sha256:1', gone: [] };

/** Orders that are made here, and noted. */
function noted(): { readonly asked: string[]; readonly orders: Orders } {
  const asked: string[] = [];
  const { of, fromZero } = ordersHere;
  return {
    asked,
    orders: {
      of: (...wanted) => {
        asked.push(`set of ${wanted[1].length}`);
        return of(...wanted);
      },
      fromZero: (...wanted) => {
        asked.push('from zero');
        return fromZero(...wanted);
      },
    },
  };
}

const request = { release: 'r', changed: ['rpm/c0'], lost: [], tools: [], scope: 'transitive' as const, limit: 3 };
const textOf = async (answer: Promise<unknown>): Promise<string> => String(await answer);

describe('an impact with a large knot in it', () => {
  it('is ordered elsewhere, once for all who ask at one time, and is the answer that is given here', async () => {
    const { asked, orders } = noted();
    const graphs = graphsWith(openOf(largeKnot + 10, file));
    const answers = await Promise.all([0, 1, 2].map(() => textOf(answerReach(request, graphs, orders))));
    const here = await textOf(answerReach(request, graphsWith(openOf(largeKnot + 10, null)), orders));
    expect(new Set([...answers, here]).size).toBe(1);
    // Whose set, with what changed, is the same one is no other order.
    await answerReach({ ...request, changed: ['rpm/c1'] }, graphs, orders);
    expect(asked).toEqual([`set of ${count}`]);
  });

  it('is ordered here where no knot is large, or the graph is in no file', async () => {
    const { asked, orders } = noted();
    await answerReach(request, graphsWith(openOf(20, file)), orders);
    await answerReach(request, graphsWith(openOf(largeKnot + 10, null)), orders);
    expect(asked).toEqual([]);
  });
});

describe('an order from zero of many', () => {
  it('is made elsewhere once, for all of its pages', async () => {
    const { asked, orders } = noted();
    const graphs = graphsWith(openOf(20, file));
    const pages = [0, 2].map((offset) => textOf(answerOrder({ release: 'r', limit: 2, offset }, graphs, orders)));
    const [one, two] = (await Promise.all(pages)).map((text) => JSON.parse(text) as { steps: { component: string }[] });
    expect(one!.steps).toHaveLength(2);
    expect(one!.steps[0]!.component).not.toBe(two!.steps[0]!.component);
    expect(asked).toEqual(['from zero']);
  });

  it('that failed is made again for who asks next', async () => {
    let failures = 1;
    const orders: Orders = {
      ...ordersHere,
      fromZero: (open, set) => (failures-- > 0 ? Promise.reject(new Error('gone')) : ordersHere.fromZero(open, set)),
    };
    const graphs = graphsWith(openOf(20, file));
    const page = { release: 'r', limit: 1, offset: 0 };
    await expect(answerOrder(page, graphs, orders)).rejects.toThrow('gone');
    expect(JSON.parse(await textOf(answerOrder(page, graphs, orders)))).toMatchObject({ snapshot: 's' });
  });
});
