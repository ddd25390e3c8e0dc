import fc from 'fast-check';
import { pack, part } from '../../../test/worlds';
import { layOver, type ComponentFacts } from '../facts';
import { inWords, orderOf, type Ordered } from '../order';
import { withFacts, worldOf } from '../world';
import { networkOfWorld } from './from-world';
import { orderSet } from './order-set';
import { withBuilds } from './with-builds';

const count = 7;
const some = fc.array(fc.nat(count), { maxLength: 3 });
const one = fc.record({ build: some, run: some, gives: fc.nat(count - 1) });

/** Besides its own name, a component gives one capability that others may give too; the last one is nobody's. */
function factsOf(n: number, build: readonly number[], run: readonly number[], gives: number): ComponentFacts {
  return part(`rpm/c${n}`, {
    buildRequires: build.map((m) => (m % 2 === 0 ? `cap${m}` : `c${m}`)),
    packages: [pack(`c${n}`, { provides: [`cap${gives}`], requires: run.map((m) => `c${m}`) })],
  });
}

/** Where a knot is opened, of places that are equally good, depends on how its members are numbered. */
function shapeOf({ rebuilds, knots, tiers }: Ordered): object {
  return { knots: knots.map(String).sort(), ...(knots.length === 0 ? { rebuilds, tiers } : {}) };
}

describe('an order of builds that lie over a graph', () => {
  it('is the one of the graph that is made of them', () => {
    const all = fc.array(one, { minLength: count, maxLength: count });
    const over = fc.array(fc.tuple(fc.nat(count - 1), some, fc.nat(count - 1)), { maxLength: 3 });
    fc.assert(
      fc.property(all, over, (parts, laid) => {
        const facts = parts.map(({ build, run, gives }, n) => factsOf(n, build, run, gives));
        // What packages need to be installed stays as it was.
        const builds = [
          ...new Map(laid.map(([n, build, gives]) => [n, factsOf(n, build, parts[n]!.run, gives)])).values(),
        ];
        const world = worldOf(facts);
        const before = new Map(facts.map((of) => [of.component, of]));
        const made = withFacts(
          world,
          builds.map((build) => layOver(before.get(build.component)!, build)),
        );
        const set = Array.from({ length: count }, (_, n) => n);
        const network = networkOfWorld(world);
        expect(shapeOf(inWords(network, orderSet(withBuilds(network, builds), set)))).toEqual(
          shapeOf(orderOf(made, set)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is the order of the graph where nothing lies over it, or only what it does not have', () => {
    const network = networkOfWorld(worldOf([factsOf(0, [1], [], 1), factsOf(1, [], [], 2)]));
    expect(withBuilds(network, [])).toBe(network);
    expect(withBuilds(network, [factsOf(5, [0], [], 3)])).toBe(network);
  });
});
