import { doors } from '@millrace/contracts';
import { closure, digraph, knots as cyclesOf } from '@millrace/kernel';
import fc from 'fast-check';
import { pack, part } from '../../../test/worlds';
import { feedbackArcs } from '../feedback';
import { worldOf } from '../world';
import { everythingAbove } from './above';
import { reachOf } from './answer';
import { BitRows } from './bits';
import { supposedChanges } from './capability-changes';
import { fromZero } from './from-zero';
import { networkOfWorld } from './from-world';
import { leaveOut } from './leave-out';
import type { Network } from './network';
import { rowOf } from './rows';
import { scopes, type Question } from './spread';
import { unresolvedIn } from './unresolved';
import { writeReach } from './write-reach';

const question = (network: Network, changed: string[], more: Partial<Question> = {}): Question => ({
  ...{ changed: changed.map((id) => network.components.find(id)), lost: [], tools: [], embedding: [] },
  counts: new Uint8Array(network.count).fill(1),
  ...more,
});

/** Random releases whose builds and packages need one another. */
const networks: fc.Arbitrary<Network> = fc.integer({ min: 2, max: 12 }).chain((count) => {
  const some = fc.array(fc.nat(count - 1), { maxLength: 3 });
  return fc.array(fc.record({ build: some, run: some }), { minLength: count, maxLength: count }).map((parts) =>
    networkOfWorld(
      worldOf(
        parts.map(({ build, run }, n) =>
          part(`rpm/c${String(n).padStart(2, '0')}`, {
            buildRequires: build.map((m) => `lib${m}`),
            packages: [pack(`lib${n}`, { provides: [`so${n}`], requires: run.map((m) => `so${m}`) })],
          }),
        ),
      ),
    ),
  );
});

describe('a feedback set', () => {
  const graphs = fc.integer({ min: 2, max: 12 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      arcs: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 50 }),
    }),
  );

  it('leaves no circle, holds nothing that could stay, and is at most half of the needs', () => {
    fc.assert(
      fc.property(graphs, ({ count, arcs }) => {
        const needs = new BitRows(count, count);
        for (const [from, to] of arcs) if (from !== to) needs.add(from, to);
        const all = [...new Map(arcs.filter(([a, b]) => a !== b).map((arc) => [String(arc), arc])).values()];
        const cut = feedbackArcs(
          Array.from({ length: count }, (_, n) => n),
          needs,
        );
        const isCut = new Set(cut.map(String));
        const left = all.filter((arc) => !isCut.has(String(arc)));
        expect(left.length + cut.length).toBe(all.length);
        expect(cyclesOf(digraph(count, left))).toEqual([]);
        for (const arc of cut) expect(cyclesOf(digraph(count, [...left, arc]))).not.toEqual([]);
        expect(cut.length).toBeLessThanOrEqual(all.length / 2);
      }),
      { numRuns: 500 },
    );
  });

  it('is no larger than the smallest one where that is one need', () => {
    const ring = new BitRows(40, 40);
    for (let n = 0; n < 40; n++) ring.add(n, (n + 1) % 40);
    const members = Array.from({ length: 40 }, (_, n) => n);
    expect(feedbackArcs(members, ring)).toHaveLength(1);
  });
});

describe('an order from zero', () => {
  it('has everybody behind what it needs, and once more whom a need was cut of', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const all = Int32Array.from({ length: network.count }, (_, n) => n);
        const { steps, cut, twice, tiers } = fromZero(network, all);
        const tierOf = new Map(steps.map((step) => [`${step.component} ${step.pass}`, step.tier]));
        for (const step of steps) {
          for (const need of step.needs) expect(tierOf.get(`${need.component} ${need.pass}`)!).toBeLessThan(step.tier);
        }
        expect(tiers).toBe(Math.max(...steps.map((step) => step.tier)) + 1);
        expect(twice).toEqual([...new Set(cut.map((one) => one.component))].sort());
        expect(
          steps
            .filter((step) => step.pass === 2)
            .map((step) => step.component)
            .sort(),
        ).toEqual(twice);
        for (const { component, without } of cut) {
          const second = steps.find((step) => step.component === component && step.pass === 2)!;
          expect(second.needs.map((need) => need.component)).toEqual(expect.arrayContaining([component, without]));
        }
        expect(new Set(steps.map((step) => step.component)).size).toBe(network.count);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an answer that is written', () => {
  it('is what the contract says, whole or in pages', () => {
    const { reply } = doors.resolver.reach;
    const head = { snapshot: 's-1', release: 'r', changed: ['rpm/c00'], scope: 'direct', left_out: [] };
    fc.assert(
      fc.property(networks, fc.nat(11), fc.constantFrom(...scopes), (network, pick, scope) => {
        const id = network.components.get(pick % network.count);
        const reach = reachOf(network, question(network, [id]), scope);
        const told = (page: { offset: number; limit?: number }) =>
          reply.parse(JSON.parse([...writeReach(head, reach, page)].join('')));
        const whole = told({ offset: 0 });
        expect(whole.total).toBe(whole.set.length);
        expect(whole.components).toBe(new Set(whole.set.map((one) => one.id)).size);
        expect(whole.scopes[scope]).toEqual({ components: whole.components, tiers: whole.tiers });
        const pages = [told({ offset: 0, limit: 2 }), told({ offset: 2 })];
        expect(pages.flatMap((page) => page.set)).toEqual(whole.set);
        expect(pages.flatMap((page) => page.plans)).toEqual(whole.plans);
        expect(whole.totals!.plans).toBe(whole.plans.length);
        const sorted = [...whole.set].sort((a, b) => a.tier - b.tier || (a.id < b.id ? -1 : 1));
        expect(whole.set.map((one) => one.id)).toEqual(sorted.map((one) => one.id));
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same set for everybody in a large knot, but for itself', () => {
    const count = 2100;
    const network = networkOfWorld(
      worldOf(
        Array.from({ length: count }, (_, n) =>
          part(`rpm/c${n}`, { buildRequires: [`lib${(n + 1) % count}`], packages: [pack(`lib${n}`)] }),
        ),
      ),
    );
    for (const id of ['rpm/c7', 'rpm/c8']) {
      const answer = reachOf(network, question(network, [id]), 'transitive');
      const set = new Map(answer.set.map((one) => [one.id, one]));
      expect(set.size).toBe(count - 1);
      expect(set.has(id)).toBe(false);
      for (const one of set.values()) for (const need of one.needs) expect(set.has(need)).toBe(true);
      expect(answer.knots).toBe(0);
      expect(answer.tiers).toBe(count - 1);
    }
  });
});

describe('what if', () => {
  const network = networkOfWorld(
    worldOf([
      part('rpm/lib', { packages: [pack('lib', { provides: ['so.1', 'tool', 'api = 1'] })] }),
      part('rpm/compat', { packages: [pack('compat', { provides: ['so.1'] })] }),
      part('rpm/app', { packages: [pack('app', { requires: ['so.1'] })] }),
      part('rpm/plugin', { packages: [pack('plugin', { requires: ['api = 1'] })] }),
      part('rpm/doc', { buildRequires: ['tool'], packages: [pack('doc')] }),
      part('rpm/game', { buildRequires: ['lib'], packages: [pack('game', { requires: ['lib'] })] }),
    ]),
  );

  it('a build offers these instead: who breaks, who is unaffected', () => {
    const answer = reachOf(
      network,
      question(network, ['rpm/lib'], { provides: ['lib', 'so.2', 'api = 2'] }),
      'capability',
    );
    expect(answer.set.map((one) => one.id)).toEqual(['rpm/plugin']);
    expect(answer.needsChange).toEqual([{ id: 'rpm/doc', requirement: 'tool' }]);
    expect(answer.moved).toEqual([{ id: 'rpm/app', requirement: 'so.1' }]);
    expect(answer.unaffected).toEqual(['rpm/app', 'rpm/game']);
  });

  it('it says what is lost, in another version, and new', () => {
    const provides = ['lib', 'so.2', 'api = 2'];
    expect(supposedChanges(network, question(network, ['rpm/lib'], { provides }))).toEqual({
      lost: ['so.1', 'tool'],
      changed: [
        { name: 'api', from: '1', to: '2' },
        { name: 'lib', from: '1.0-1', to: '' },
      ],
      added: ['so.2'],
    });
    const lost = ['so.1', 'nobody-offers'];
    expect(supposedChanges(network, question(network, ['rpm/lib'], { lost }))).toMatchObject({ lost: ['so.1'] });
    expect(supposedChanges(network, question(network, ['rpm/lib']))).toBeNull();
  });

  it('it offers the same: nobody breaks', () => {
    const same = { provides: ['lib', 'so.1', 'tool', 'api = 1'] };
    const answer = reachOf(network, question(network, ['rpm/lib'], same), 'capability');
    expect([answer.components, answer.needsChange, answer.moved]).toEqual([0, [], []]);
    expect(answer.unaffected).toEqual(['rpm/app', 'rpm/doc', 'rpm/game', 'rpm/plugin']);
  });

  it('only some kinds of dependency count', () => {
    const direct = reachOf(network, question(network, ['rpm/lib'], { kinds: 2 }), 'transitive');
    expect(direct.set.map((one) => one.id)).toEqual(['rpm/app', 'rpm/game', 'rpm/plugin']);
  });
});

describe('what holds others', () => {
  const network = networkOfWorld(
    worldOf([
      part('rpm/lib', { packages: [pack('lib', { provides: ['so.1'] })] }),
      part('rpm/app', { packages: [pack('app', { requires: ['so.1'] })] }),
      part('rpm/other', { packages: [pack('other')] }),
      part('container/app', { installs: ['app'] }),
      part('container/child', { builtOn: ['container/app'] }),
      part('container/other', { installs: ['other'] }),
      part('module/app:1', { contains: ['rpm/app'] }),
      part('module/user:1', { builtOn: ['module/app:1'] }),
      part('stack/all', { contains: ['module/app:1'] }),
      part('image/all', { contains: ['stack/all'], installs: ['other'] }),
    ]),
  );
  const holders = ['container/app', 'container/child', 'image/all', 'module/app:1', 'stack/all'];
  const setOf = (scope: (typeof scopes)[number], more: Partial<Question> = {}): string[] =>
    reachOf(network, question(network, ['rpm/lib'], more), scope)
      .set.map((one) => one.id)
      .sort();

  it('follows a library up to the images, in every scope', () => {
    expect(setOf('capability', { lost: ['so.1'] })).toEqual([...holders, 'rpm/app'].sort());
    expect(setOf('direct')).toEqual(['container/app', 'container/child']);
    expect(setOf('transitive')).toEqual([...holders, 'module/user:1', 'rpm/app'].sort());
  });

  it('is built behind what it holds, and says what that is', () => {
    const { set } = reachOf(network, question(network, ['rpm/lib'], { lost: ['so.1'] }), 'capability');
    const of = (id: string) => set.find((one) => one.id === id)!;
    expect([of('rpm/app').tier, of('module/app:1').tier, of('stack/all').tier]).toEqual([0, 1, 2]);
    expect(of('container/child').why).toEqual(['it is built on container/app']);
    expect(of('image/all')).toMatchObject({ tier: 3, needs: ['stack/all'], why: ['it contains stack/all'] });
  });

  it('is told apart from what is built on others', () => {
    const { set } = reachOf(network, question(network, ['module/app:1']), 'direct');
    expect(set.map((one) => [one.id, one.why])).toEqual([
      ['module/user:1', ['it is built on module/app:1']],
      ['stack/all', ['it contains module/app:1']],
      ['image/all', ['it contains stack/all']],
    ]);
    const { set: built } = reachOf(network, question(network, ['module/app:1'], { kinds: 1 }), 'direct');
    expect(built.map((one) => one.id)).toEqual(['module/user:1']);
  });

  it('is told alone where only its type is asked for, and left alone by what only tools give', () => {
    const told = Uint8Array.from(network.components, (id) => (id.startsWith('image/') ? 1 : 0));
    expect(setOf('capability', { lost: ['so.1'], told })).toEqual(['image/all']);
    expect(setOf('direct', { tools: ['rpm/lib'] })).toEqual([]);
  });
});

describe('a component that left the graph', () => {
  it('gives nothing to anybody, and who still needs it is named', () => {
    fc.assert(
      fc.property(networks, fc.nat(11), (network, pick) => {
        const gone = pick % network.count;
        const { network: left, needed } = leaveOut(network, new Set([gone]));
        const own = [...rowOf(network.made, gone)].map((p) => network.packageNames.get(p));
        const wants = (clause: number): boolean =>
          own.some((name) => [name, name.replace('lib', 'so')].includes(network.clauses.get(clause)));
        const slow = new Set<string>();
        for (let n = 0; n < network.count; n++) {
          if (n === gone) continue;
          const clauses = [
            ...rowOf(network.build, n),
            ...[...rowOf(network.made, n)].flatMap((p) => [...rowOf(network.runtime, p)]),
          ];
          if (clauses.some(wants)) slow.add(network.components.get(n));
        }
        expect(new Set(needed.map((one) => left.components.get(one.component)))).toEqual(slow);
        expect(new Set(unresolvedIn(left).map((one) => one.component))).toEqual(slow);
        expect([...everythingAbove(left, [gone], question(left, []))]).toEqual([]);
        const edges: [number, number][] = [];
        for (let n = 0; n < left.count; n++) for (const to of rowOf(left.out, n)) edges.push([n, to]);
        for (let n = 0; n < left.count; n++)
          if (n !== gone) expect(closure(digraph(left.count, edges), [n]).has(gone)).toBe(false);
      }),
    );
  });
});
