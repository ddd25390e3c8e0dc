import fc from 'fast-check';
import { library, pack, part } from '../../../test/worlds';
import { compareBuild, type Comparison } from '../compare';
import type { ComponentFacts } from '../facts';
import type { Reach } from '../policy';
import { withFacts, worldOf } from '../world';
import { CatalogueBuilder } from './build-catalogue';
import { compareOnNetwork } from './compare-network';
import { networkOfWorld } from './from-world';
import { networkOf, type Network } from './network';
import type { Question } from './spread';

const reach: Reach = { tools: ['tool*'], embedding: ['*-static'], components: [], scope: 'capability' };

function compared(
  facts: readonly ComponentFacts[],
  build: ComponentFacts,
  layers: readonly ComponentFacts[] = [],
  components: Reach['components'] = [],
) {
  const network = networkOfWorld(worldOf(facts));
  return compareOnNetwork(network, {
    build,
    layers,
    scope: 'capability',
    question: { ...question(network), components },
  });
}

function question({ count }: Network): Question {
  const counts = new Uint8Array(count).fill(1);
  return { changed: [], lost: [], tools: reach.tools, embedding: reach.embedding, counts };
}

function sorted({ lost, added }: Comparison): object {
  return { lost, added: added.map((one) => one.component).sort() };
}

describe('a build compared on an imported graph', () => {
  const capability = fc
    .constantFrom('a', 'b', 'tool-c', 'd-static')
    .chain((name) => fc.constantFrom(name, `${name} = 1`, `${name} = 2`));
  const some = fc.array(capability, { maxLength: 4 });
  const arch = fc.constantFrom('x86_64', 'aarch64', 'noarch');
  const component = fc.record({ provides: some, requires: some, build: some, arch, held: fc.nat(5) });
  const factsOf = (n: number, p: { provides: string[]; requires: string[]; build: string[]; arch: string }) =>
    part(`rpm/p${n}`, {
      buildRequires: p.build,
      packages: [pack(`p${n}`, { provides: p.provides, requires: p.requires, arch: p.arch })],
    });

  it('takes what the slow way takes, whatever lies over it already', () => {
    const parts = fc.array(component, { minLength: 2, maxLength: 6 });
    const says = { policy: 'normal', priority: 0, reason: 'a test' } as const;
    const policy = fc.oneof(
      fc.constant<Reach['components']>([]),
      fc.constant<Reach['components']>([{ match: ['rpm/p0'], embedding: true, ...says }]),
      fc.nat(3).map((n): Reach['components'] => [{ match: [`rpm/p${n}`], architectures: ['x86_64'], ...says }]),
    );
    fc.assert(
      fc.property(parts, fc.array(component, { maxLength: 3 }), component, policy, (all, over, now, components) => {
        const holders = all.map((p, n) =>
          n % 2 === 0
            ? part(`stack/s${n}`, { contains: [`rpm/p${p.held % all.length}`] })
            : part(`container/c${n}`, { installs: [`p${p.held % all.length}`] }),
        );
        const facts = [...all.map((p, n) => factsOf(n, p)), ...holders];
        const layers = over.slice(0, all.length).map((p, n) => factsOf(n, p));
        const build = factsOf(0, now);
        const slow = compareBuild(withFacts(worldOf(facts), layers), build, 'capability', { ...reach, components });
        const rpms = ({ lost, added }: Comparison): Comparison => ({
          lost,
          // What a container holds once builds lie over the graph is known when the graph is imported again.
          added: added.filter((one) => layers.length === 0 || one.component.startsWith('rpm/')),
        });
        expect(sorted(rpms(compared(facts, build, layers, components)))).toEqual(sorted(rpms(slow)));
      }),
      { numRuns: 500 },
    );
  });

  it('says why in the same words', () => {
    const [stone, stone2] = [library('stone', 1), library('stone', 2)];
    const mill = library('mill', 1, { buildRequires: ['stone-devel'], links: ['stone.so.1()(64bit)'] });
    const facts = [stone, mill, part('stack/all', { contains: ['rpm/mill'] })];
    expect(compared(facts, stone2)).toEqual(compareBuild(worldOf(facts), stone2, 'capability', reach));
  });

  it('meets boolean requirements by parts of several builds', () => {
    const builder = new CatalogueBuilder();
    for (const [name, offer] of [
      ['lib', 'x'],
      ['more', 'y'],
    ] as const) {
      builder.offer(builder.package(builder.component(`rpm/${name}`), name, '1-1', 'x86_64'), offer, '');
    }
    const user = builder.package(builder.component('rpm/user'), 'user', '1-1', 'x86_64');
    builder.needs('runtime', user, builder.clause('rpm', '(x and y)', 'x86_64', ['x', 'y']));
    const network = networkOf(builder.finish());
    const lostBy = (provides: string[]) => {
      const build = part('rpm/lib', { packages: [pack('lib', { provides })] });
      return compareOnNetwork(network, { build, layers: [], scope: 'capability', question: question(network) }).lost;
    };
    expect(lostBy(['x'])).toEqual([]);
    expect(lostBy([])).toEqual([{ dependant: 'rpm/user', requirement: '(x and y)', kind: 'run' }]);
  });
});
