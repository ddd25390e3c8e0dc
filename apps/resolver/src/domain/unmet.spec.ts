import { library, pack, part } from '../../test/worlds';
import type { ComponentFacts } from './facts';
import { networkOfWorld } from './graph/from-world';
import { groundOfNetwork, groundOfWorld, unmetBy } from './unmet';
import { worldOf } from './world';

const user = (requires: readonly string[]): ComponentFacts =>
  part('rpm/mill', { packages: [pack('mill', { requires: [...requires] })] });

describe.each([
  ['its own', (facts: readonly ComponentFacts[]) => groundOfWorld(worldOf(facts))],
  ['an imported', (facts: readonly ComponentFacts[]) => groundOfNetwork(networkOfWorld(worldOf(facts)))],
])('what a new build requires, on %s graph', (_, groundOf) => {
  const old = library('stone', 1);
  const ground = groundOf([old, user(['stone.so.1()(64bit)']), part('rpm/tool', { packages: [pack('tool')] })]);

  it('is there as long as its cascade replaces nothing of it', () => {
    expect(unmetBy(ground, user(['stone.so.1()(64bit)', 'tool']), [])).toEqual([]);
  });

  it('is not when a build of its cascade has taken it away, and is when that or itself offers it', () => {
    const layers = [library('stone', 2)];
    const wants = user(['tool', 'stone.so.1()(64bit)']);
    expect(unmetBy(ground, wants, layers)).toEqual(['stone.so.1()(64bit)']);
    expect(unmetBy(ground, user(['stone.so.2()(64bit)']), layers)).toEqual([]);
    const itself = pack('mill', { requires: ['stone.so.1()(64bit)'], provides: ['stone.so.1()(64bit)'] });
    expect(unmetBy(ground, part('rpm/mill', { packages: [itself] }), layers)).toEqual([]);
  });

  it('is not counted where the graph never had it, or where it depends on conditions', () => {
    const layers = [library('stone', 2)];
    const wants = user(['/usr/bin/from-elsewhere', 'elsewhere >= 3', '(stone.so.1()(64bit) if tool)']);
    expect(unmetBy(ground, wants, layers)).toEqual([]);
  });

  it('does not stay what only its own old build offered', () => {
    const plugins = pack('mill-libs', { provides: ['mill-api = 1'] });
    const before = part('rpm/mill', { packages: [pack('mill'), plugins] });
    const now = part('rpm/mill', { packages: [pack('mill', { requires: ['mill-api = 1'] })] });
    expect(unmetBy(groundOf([before]), now, [])).toEqual(['mill-api = 1']);
  });
});
