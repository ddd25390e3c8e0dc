import { library, pack, part } from '../../test/worlds';
import type { Reach } from './policy';
import { previewOf } from './preview';
import { worldOf } from './world';

const reach: Reach = { tools: ['make'], embedding: [], components: [], scope: 'capability' };
const facts = [
  library('stone', 1),
  library('mill', 1, { buildRequires: ['stone-devel'], links: ['stone.so.1()(64bit)'] }),
  library('sluice', 1, { buildRequires: ['mill-devel'], links: ['mill.so.1()(64bit)'] }),
  part('rpm/reader', { buildRequires: ['stone-devel', 'make'], packages: [pack('reader')] }),
  part('rpm/make', { packages: [pack('make')] }),
  part('stack/all', { contains: ['rpm/sluice'] }),
  part('container/app', { installs: ['mill'] }),
];
const world = worldOf(facts);
const index = (id: string): number => world.indexOf.get(id)!;

describe('a preview', () => {
  it('names who links it as likely, with what contains those, and everything above as the upper bound', () => {
    expect(previewOf(world, [index('rpm/stone')], reach)).toEqual({
      likely: ['container/app', 'rpm/mill'],
      atMost: ['container/app', 'rpm/mill', 'rpm/reader', 'rpm/sluice', 'stack/all'],
    });
  });

  it('names every direct dependant in scope direct', () => {
    const { likely } = previewOf(world, [index('rpm/stone')], { ...reach, scope: 'direct' });
    expect(likely).toEqual(['container/app', 'rpm/mill', 'rpm/reader']);
  });

  it('stops at tools', () => {
    expect(previewOf(world, [index('rpm/make')], reach)).toEqual({ likely: [], atMost: [] });
  });

  it('takes whoever builds with it when it was never built', () => {
    const fresh = facts.map((of) => ({
      ...of,
      packages: of.packages.map((p) => ({
        ...p,
        provides: [],
        requires: p.requires.filter((r) => !r.name.includes('.so.')),
        declared: true,
      })),
    }));
    const { likely } = previewOf(worldOf(fresh), [index('rpm/stone')], reach);
    expect(likely).toEqual(['container/app', 'rpm/mill', 'rpm/reader']);
  });
});
