import type { ImpactRebuild } from '@millrace/contracts';
import fc from 'fast-check';
import { library, pack, part } from '../../test/worlds';
import type { ComponentFacts } from './facts';
import { orderOf } from './order';
import { worldOf, type World } from './world';

/** Random releases of 2 to 12 components with build and run-time requirements, some of them in cycles, some with recipes. */
const worldFacts: fc.Arbitrary<ComponentFacts[]> = fc.integer({ min: 2, max: 12 }).chain((count) => {
  const some = fc.array(fc.nat(count - 1), { maxLength: 3 });
  const one = fc.record({ build: some, run: some, devel: some, recipe: fc.option(some, { freq: 3 }) });
  return fc.array(one, { minLength: count, maxLength: count }).map((parts) =>
    parts.map(({ build, run, devel, recipe }, n) =>
      part(`rpm/c${n}`, {
        buildRequires: build.map((m) => `c${m}-devel`),
        bootstrapRequires: recipe ? build.filter((m) => recipe.includes(m)).map((m) => `c${m}-devel`) : null,
        packages: [
          pack(`c${n}`, { requires: run.filter((m) => m !== n).map((m) => `c${m}`) }),
          pack(`c${n}-devel`, { requires: [`c${n}`, ...devel.filter((m) => m !== n).map((m) => `c${m}-devel`)] }),
        ],
      }),
    ),
  );
});

const key = (of: { component: string; pass: number }): string => `${of.component}#${of.pass}`;

/** Who is below each rebuild, by walking its needs. */
function below(rebuilds: readonly ImpactRebuild[]): Map<string, Set<string>> {
  const byKey = new Map(rebuilds.map((one) => [key(one), one]));
  const found = new Map<string, Set<string>>();
  const walk = (of: ImpactRebuild): Set<string> => {
    const known = found.get(key(of));
    if (known) return known;
    const set = new Set<string>();
    found.set(key(of), set);
    for (const need of of.needs) {
      set.add(key(need));
      walk(byKey.get(key(need))!).forEach((one) => set.add(one));
    }
    return set;
  };
  rebuilds.forEach(walk);
  return found;
}

/** The components in a build chroot, found the slow and obvious way: by names, package after package. */
function chroot(world: World, component: number): Set<string> {
  const all = world.packages;
  const installed = new Set<string>();
  const wanted = world.components[component]!.buildRequires.map((d) => d.name);
  while (wanted.length > 0) {
    const name = wanted.pop()!;
    if (installed.has(name)) continue;
    installed.add(name);
    for (const one of all) if (one.facts.name === name) wanted.push(...one.facts.requires.map((d) => d.name));
  }
  const found = new Set(
    all.filter((one) => installed.has(one.facts.name)).map((one) => world.components[one.component]!.component),
  );
  found.delete(world.components[component]!.component);
  return found;
}

const scene = fc.tuple(worldFacts, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })).map(([facts, picks]) => {
  const world = worldOf(facts);
  const members = world.components.map((_, n) => n).filter((n) => picks[n]);
  return { world, members, ordered: orderOf(world, members) };
});

describe('the order of rebuilds, on random releases', () => {
  it('puts what is in a build chroot below, through components outside of the set too, unless they are in one knot', () => {
    fc.assert(
      fc.property(scene, ({ world, members, ordered }) => {
        const under = below(ordered.rebuilds);
        const ids = new Set(members.map((m) => world.components[m]!.component));
        const knotOf = (id: string): string => (ordered.knots.find((knot) => knot.includes(id)) ?? [id]).join();
        const last = new Map<string, ImpactRebuild>();
        for (const one of ordered.rebuilds)
          if ((last.get(one.component)?.pass ?? 0) < one.pass) last.set(one.component, one);
        for (const m of members) {
          const id = world.components[m]!.component;
          for (const need of chroot(world, m)) {
            if (!ids.has(need) || knotOf(need) === knotOf(id)) continue;
            if (!under.get(key(last.get(id)!))!.has(key(last.get(need)!))) return false;
          }
        }
        return true;
      }),
      { numRuns: 400 },
    );
  });

  it('has no cycle, names every need, and no need follows from another', () => {
    fc.assert(
      fc.property(scene, ({ ordered }) => {
        const under = below(ordered.rebuilds);
        const known = new Set(ordered.rebuilds.map(key));
        for (const one of ordered.rebuilds) {
          expect(under.get(key(one))!.has(key(one))).toBe(false);
          for (const need of one.needs) {
            expect(known.has(key(need))).toBe(true);
            expect(one.needs.some((other) => under.get(key(other))!.has(key(need)))).toBe(false);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('gives tiers that are the longest chains of needs', () => {
    fc.assert(
      fc.property(scene, ({ ordered }) => {
        const byKey = new Map(ordered.rebuilds.map((one) => [key(one), one]));
        for (const one of ordered.rebuilds) {
          const highest = Math.max(-1, ...one.needs.map((need) => byKey.get(key(need))!.tier));
          expect(one.tier).toBe(highest + 1);
        }
        expect(ordered.tiers).toBe(Math.max(0, ...ordered.rebuilds.map((one) => one.tier + 1)));
      }),
      { numRuns: 200 },
    );
  });

  it('builds every member whole exactly once, and twice only those with a recipe', () => {
    fc.assert(
      fc.property(scene, ({ world, members, ordered }) => {
        for (const m of members) {
          const of = world.components[m]!;
          const passes = ordered.rebuilds.filter((one) => one.component === of.component);
          expect(passes.filter((one) => !one.bootstrap)).toHaveLength(1);
          if (passes.length > 1) expect(of.bootstrapRequires).not.toBeNull();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order in which members are named', () => {
    fc.assert(
      fc.property(scene, ({ world, members, ordered }) => {
        expect(orderOf(world, [...members].reverse())).toEqual(ordered);
      }),
      { numRuns: 100 },
    );
  });
});

function orderAll(...facts: Parameters<typeof worldOf>[0] extends Iterable<infer F> ? F[] : never) {
  const world = worldOf(facts);
  return orderOf(
    world,
    world.components.map((_, n) => n),
  );
}

describe('needs through components that are not in the set', () => {
  it('count: the chroot cannot be installed while something below is broken', () => {
    const world = worldOf([
      library('stone', 1),
      library('mill', 1, { links: ['stone.so.1()(64bit)'] }),
      part('rpm/wheel', { buildRequires: ['mill-devel'], packages: [pack('wheel')] }),
    ]);
    const { rebuilds } = orderOf(world, [world.indexOf.get('rpm/stone')!, world.indexOf.get('rpm/wheel')!]);
    expect(rebuilds.map((one) => [one.component, one.tier, one.needs.map((n) => n.component)])).toEqual([
      ['rpm/stone', 0, []],
      ['rpm/wheel', 1, ['rpm/stone']],
    ]);
  });
});

describe('what a gate needs to install a build', () => {
  it('comes first too, though it is not in the chroot', () => {
    const { rebuilds } = orderAll(
      part('rpm/scale', { packages: [pack('scale', { requires: ['/usr/share/measures.tsv'] })] }),
      part('rpm/measures', { packages: [pack('measures', { files: ['/usr/share/measures.tsv'] })] }),
    );
    expect(rebuilds.map((one) => one.component)).toEqual(['rpm/measures', 'rpm/scale']);
  });

  it('is left out where it would close a cycle', () => {
    const { rebuilds, knots } = orderAll(
      part('rpm/a', { packages: [pack('a', { requires: ['b'] })] }),
      part('rpm/b', { buildRequires: ['a'], packages: [pack('b')] }),
    );
    expect(knots).toEqual([]);
    expect(rebuilds.map((one) => one.component)).toEqual(['rpm/a', 'rpm/b']);
  });
});

describe('knots', () => {
  const rune = part('rpm/rune', { buildRequires: ['doc'], bootstrapRequires: [], packages: [pack('rune')] });
  const doc = part('rpm/doc', { buildRequires: ['rune'], packages: [pack('doc')] });
  const book = part('rpm/book', { buildRequires: ['rune'], packages: [pack('book')] });

  it('are opened by a bootstrap recipe: first pass, the others once, second pass, then who needs them', () => {
    const { rebuilds, knots, tiers } = orderAll(rune, doc, book);
    expect(knots).toEqual([['rpm/doc', 'rpm/rune']]);
    expect(tiers).toBe(4);
    expect(rebuilds.map((one) => [key(one), one.tier, one.bootstrap, one.needs.map(key)])).toEqual([
      ['rpm/rune#1', 0, true, []],
      ['rpm/doc#1', 1, false, ['rpm/rune#1']],
      ['rpm/rune#2', 2, false, ['rpm/doc#1']],
      ['rpm/book#1', 3, false, ['rpm/rune#2']],
    ]);
    expect(rebuilds[0]!.because).toContain('bootstrap recipe');
  });

  it('use one recipe when one is enough', () => {
    const { rebuilds } = orderAll(rune, { ...doc, bootstrapRequires: [] });
    expect(rebuilds.filter((one) => one.bootstrap)).toHaveLength(1);
    expect(rebuilds).toHaveLength(3);
  });

  it('without a recipe are built once, and say against whose old build', () => {
    const { rebuilds, knots } = orderAll({ ...rune, bootstrapRequires: null }, doc);
    expect(knots).toHaveLength(1);
    expect(rebuilds).toHaveLength(2);
    expect(rebuilds[0]!.because).toMatch(/no bootstrap recipe.*old build of rpm\//);
  });

  it('are none when a component needs its own previous build', () => {
    const { rebuilds, knots } = orderAll(part('rpm/perl', { buildRequires: ['perl'], packages: [pack('perl')] }));
    expect(knots).toEqual([]);
    expect(rebuilds[0]!.needs).toEqual([]);
  });
});

describe('what is assembled', () => {
  it('comes after what it contains, and after its parent image', () => {
    const { rebuilds } = orderAll(
      part('rpm/wheel', { packages: [pack('wheel', { requires: ['stone'] })] }),
      part('rpm/stone', { packages: [pack('stone')] }),
      part('module/mill:1.0', { contains: ['rpm/wheel'] }),
      part('stack/all', { contains: ['module/mill:1.0'] }),
      part('container/base', { installs: ['stone'] }),
      part('container/app', { installs: ['wheel'], builtOn: ['container/base'] }),
    );
    expect(rebuilds.map((one) => [one.component, one.tier])).toEqual([
      ['rpm/stone', 0],
      ['container/base', 1],
      ['rpm/wheel', 1],
      ['container/app', 2],
      ['module/mill:1.0', 2],
      ['stack/all', 3],
    ]);
  });
});
