import { satisfies } from '@millrace/package-metadata';
import fc from 'fast-check';
import { library, pack, part } from '../../test/worlds';
import { compareBuild } from './compare';
import type { ComponentFacts } from './facts';
import type { Reach } from './policy';
import { capabilitiesOf, worldOf } from './world';

const reach: Reach = { tools: ['gcc*'], embedding: ['*-static'], components: [], scope: 'capability' };
const so = (name: string, n: number): string => `${name}.so.${n}()(64bit)`;

const stone = library('stone', 1);
const stone2 = library('stone', 2);
const mill = library('mill', 1, { buildRequires: ['stone-devel'], links: [so('stone', 1)] });
const sluice = library('sluice', 1, { buildRequires: ['mill-devel'], links: [so('mill', 1)] });
const reader = part('rpm/reader', { buildRequires: ['stone-devel'], packages: [pack('reader')] });

function added(comparison: ReturnType<typeof compareBuild>): string[] {
  return comparison.added.map((one) => one.component);
}

describe('a new soname', () => {
  const comparison = compareBuild(worldOf([stone, mill, sluice, reader]), stone2, 'capability', reach);

  it('takes the old one from whoever links it, and from nobody else', () => {
    expect(comparison.lost).toEqual([{ dependant: 'rpm/mill', requirement: so('stone', 1), kind: 'run' }]);
    expect(added(comparison)).toEqual(['rpm/mill']);
  });

  it('is named as the reason', () => {
    expect(comparison.added[0]!.because).toBe(
      'mill requires stone.so.1()(64bit), which the new build of rpm/stone no longer provides',
    );
  });
});

describe('a build that offers the same as before', () => {
  it('takes nothing from anybody', () => {
    expect(compareBuild(worldOf([stone, mill]), stone, 'capability', reach)).toEqual({ lost: [], added: [] });
  });

  it('reaches every direct dependant in scope direct', () => {
    const comparison = compareBuild(worldOf([stone, mill, sluice, reader]), stone, 'direct', reach);
    expect(added(comparison).sort()).toEqual(['rpm/mill', 'rpm/reader']);
  });
});

describe('a first build', () => {
  it('takes nothing, though its spec promised more', () => {
    const promised = part('rpm/stone', { packages: [pack('stone', { declared: true, provides: ['stone-api = 1'] })] });
    const user = part('rpm/user', { packages: [pack('user', { requires: ['stone-api'] })] });
    expect(compareBuild(worldOf([promised, user]), stone, 'capability', reach).lost).toEqual([]);
  });

  it('of a component that the graph does not know takes nothing either', () => {
    expect(compareBuild(worldOf([mill]), stone, 'capability', reach)).toEqual({ lost: [], added: [] });
  });
});

describe('a requirement that is lost at build time', () => {
  const renamed = part('rpm/stone', { packages: [pack('stone', { provides: [so('stone', 1)] }), pack('stone-sdk')] });
  const comparison = compareBuild(worldOf([stone, mill]), renamed, 'capability', reach);

  it('is told, but a rebuild would not help', () => {
    expect(comparison.lost).toEqual([{ dependant: 'rpm/mill', requirement: 'stone-devel', kind: 'build' }]);
    expect(added(comparison)).toEqual([]);
  });
});

describe('a requirement that somebody else satisfies now', () => {
  it('has moved', () => {
    const compat = part('rpm/stone1', { packages: [pack('stone1', { provides: [so('stone', 1)] })] });
    const comparison = compareBuild(worldOf([stone, mill, compat]), stone2, 'capability', reach);
    expect(comparison.lost).toEqual([{ dependant: 'rpm/mill', requirement: so('stone', 1), kind: 'moved' }]);
    expect(added(comparison)).toEqual([]);
  });
});

describe('architectures', () => {
  const both = (n: number, arches: string[]): ComponentFacts =>
    part('rpm/stone', { packages: arches.map((arch) => pack('stone', { arch, provides: [`stone-api = ${n}`] })) });
  const noarch = part('rpm/book', { packages: [pack('book', { arch: 'noarch', requires: ['stone-api = 1'] })] });

  it('count apart: lost on one is lost', () => {
    const mixed = part('rpm/stone', {
      packages: [
        pack('stone', { provides: ['stone-api = 1'] }),
        pack('stone', { arch: 'aarch64', provides: ['stone-api = 2'] }),
      ],
    });
    const world = worldOf([both(1, ['x86_64', 'aarch64']), noarch]);
    expect(added(compareBuild(world, mixed, 'capability', reach))).toEqual(['rpm/book']);
    expect(added(compareBuild(world, both(1, ['x86_64', 'aarch64']), 'capability', reach))).toEqual([]);
  });

  it('that a package is not made for do not matter to it', () => {
    const wheel = part('rpm/wheel', { packages: [pack('wheel', { requires: ['stone-api = 1'] })] });
    const mixed = part('rpm/stone', {
      packages: [
        pack('stone', { provides: ['stone-api = 1'] }),
        pack('stone', { arch: 'aarch64', provides: ['stone-api = 2'] }),
      ],
    });
    const world = worldOf([both(1, ['x86_64', 'aarch64']), wheel]);
    expect(compareBuild(world, mixed, 'capability', reach).lost).toEqual([]);
  });
});

describe('policies', () => {
  const tool = part('rpm/gcc', { packages: [pack('gcc', { provides: ['gcc-abi = 1'] })] });
  const user = part('rpm/user', { packages: [pack('user', { requires: ['gcc-abi = 1'] })] });

  it('dependencies on tools never propagate', () => {
    const gcc2 = part('rpm/gcc', { packages: [pack('gcc', { provides: ['gcc-abi = 2'] })] });
    const comparison = compareBuild(worldOf([tool, user]), gcc2, 'capability', reach);
    expect(comparison.lost).toHaveLength(1);
    expect(added(comparison)).toEqual([]);
  });

  const saying = (more: object): Reach => ({
    ...reach,
    components: [{ match: ['rpm/user'], policy: 'normal', priority: 0, reason: 'a test', ...more }],
  });

  it('say what a tool is, and what is embedded', () => {
    const user2 = part('rpm/user', { packages: [pack('user', { provides: ['user-abi = 2'] })] });
    const world = worldOf([
      part('rpm/user', { packages: [pack('user', { provides: ['user-abi = 1'] })] }),
      part('rpm/top', { buildRequires: ['user'], packages: [pack('top', { requires: ['user-abi = 1'] })] }),
      part('rpm/side', { buildRequires: ['user'], packages: [pack('side')] }),
    ]);
    expect(added(compareBuild(world, user2, 'capability', reach))).toEqual(['rpm/top']);
    expect(added(compareBuild(world, user2, 'capability', saying({ tool: true })))).toEqual([]);
    const embedded = added(compareBuild(world, user2, 'capability', saying({ embedding: true })));
    expect(embedded.sort()).toEqual(['rpm/side', 'rpm/top']);
  });

  it('name the architectures that count for a component', () => {
    const arches = (n: number) =>
      part('rpm/stone', {
        packages: [
          pack('stone', { provides: ['stone-api = 1'] }),
          pack('stone', { arch: 'aarch64', provides: [`stone-api = ${n}`] }),
        ],
      });
    const both = part('rpm/user', {
      packages: ['x86_64', 'aarch64'].map((arch) => pack('user', { arch, requires: ['stone-api = 1'] })),
    });
    const world = worldOf([arches(1), both]);
    expect(added(compareBuild(world, arches(2), 'capability', reach))).toEqual(['rpm/user']);
    expect(added(compareBuild(world, arches(2), 'capability', saying({ architectures: ['x86_64'] })))).toEqual([]);
  });

  it('what embeds propagates on any new build', () => {
    const lib = part('rpm/lib', { packages: [pack('lib-static')] });
    const app = part('rpm/app', { buildRequires: ['lib-static'], packages: [pack('app')] });
    const comparison = compareBuild(worldOf([lib, app]), lib, 'capability', reach);
    expect(comparison.lost).toEqual([{ dependant: 'rpm/app', requirement: 'lib-static', kind: 'embedding' }]);
    expect(added(comparison)).toEqual(['rpm/app']);
  });

  it('what is never rebuilt, or comes from outside, is told but not added', () => {
    const never: Reach = {
      ...reach,
      components: [{ match: ['rpm/mill'], policy: 'never', priority: 0, reason: 'frozen' }],
    };
    const foreign = {
      ...reader,
      component: 'external/x',
      external: true,
      packages: [pack('x', { requires: [so('stone', 1)] })],
    };
    const comparison = compareBuild(worldOf([stone, mill, foreign]), stone2, 'capability', never);
    expect(comparison.lost.map((one) => one.dependant)).toEqual(['external/x', 'rpm/mill']);
    expect(added(comparison)).toEqual([]);
  });
});

describe('what contains the component or a lost one', () => {
  it('is added, through modules, stacks and parent images', () => {
    const world = worldOf([
      ...[stone, mill, sluice],
      part('module/mill:1.0', { contains: ['rpm/mill'] }),
      part('stack/all', { contains: ['module/mill:1.0'] }),
      part('container/base', { installs: ['sluice'] }),
      part('container/app', { installs: ['reader'], builtOn: ['container/base'] }),
      part('container/other', { installs: ['reader'] }),
      reader,
    ]);
    const comparison = compareBuild(world, stone2, 'capability', reach);
    expect(added(comparison).sort()).toEqual([
      'container/app',
      'container/base',
      'module/mill:1.0',
      'rpm/mill',
      'stack/all',
    ]);
    expect(comparison.added.find((one) => one.component === 'stack/all')!.because).toBe('it contains module/mill:1.0');
  });

  it('is added for a first build too', () => {
    const world = worldOf([
      part('rpm/new', { packages: [pack('new', { declared: true })] }),
      part('stack/s', { contains: ['rpm/new'] }),
    ]);
    expect(added(compareBuild(world, part('rpm/new', { packages: [pack('new')] }), 'capability', reach))).toEqual([
      'stack/s',
    ]);
  });
});

describe('on random releases', () => {
  const capability = fc
    .constantFrom('a', 'b', 'c', 'd')
    .chain((name) => fc.constantFrom(name, `${name} = 1`, `${name} = 2`));
  const component = fc.record({
    provides: fc.array(capability, { maxLength: 4 }),
    requires: fc.array(capability, { maxLength: 4 }),
    build: fc.array(capability, { maxLength: 3 }),
  });

  it('finds exactly the requirements that were satisfied and no longer are', () => {
    fc.assert(
      fc.property(
        fc.array(component, { minLength: 2, maxLength: 6 }),
        fc.array(capability, { maxLength: 4 }),
        (parts, now) => {
          const facts = parts.map((p, n) =>
            part(`rpm/p${n}`, {
              buildRequires: p.build,
              packages: [pack(`p${n}`, { provides: p.provides, requires: p.requires })],
            }),
          );
          const build = { ...facts[0]!, packages: [pack('p0', { provides: now })] };
          const before = facts.flatMap((f) => f.packages).flatMap(capabilitiesOf);
          const after = [...facts.slice(1), build].flatMap((f) => f.packages).flatMap(capabilitiesOf);
          const expected = facts.slice(1).flatMap((f) => {
            const wants = [
              ...f.packages[0]!.requires.map((d) => ({ d, kind: 'run' })),
              ...f.buildRequires.map((d) => ({ d, kind: 'build' })),
            ];
            return wants
              .filter(({ d }) => before.some((c) => satisfies(c, d)) && !after.some((c) => satisfies(c, d)))
              .map(({ d, kind }) => `${f.component} ${kind} ${d.name}${d.version ?? ''}`);
          });
          const found = compareBuild(worldOf(facts), build, 'capability', reach).lost.filter(
            (one) => one.kind !== 'moved',
          );
          const texts = found.map((one) => `${one.dependant} ${one.kind} ${one.requirement.replace(' = ', '')}`);
          expect(texts.sort()).toEqual([...new Set(expected)].sort());
        },
      ),
      { numRuns: 500 },
    );
  });
});
