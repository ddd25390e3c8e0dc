import { pack, part } from '../../../test/worlds';
import type { ComponentFacts } from '../facts';
import { worldOf } from '../world';
import { networkOfWorld } from './from-world';
import { spreadOf, type Question } from './spread';

const says = { policy: 'normal', priority: 0, reason: 'a test' } as const;
const lib = (arch: string) => pack('lib', { arch, provides: ['lib-api = 1'] });
const user = (name: string, ...arches: string[]): ComponentFacts =>
  part(`rpm/${name}`, { packages: arches.map((arch) => pack(name, { arch, requires: ['lib-api = 1'] })) });
const facts = [
  part('rpm/lib', { packages: ['x86_64', 's390x'].map(lib) }),
  user('both', 'x86_64', 's390x'),
  user('grub', 's390x'),
  part('rpm/copies', { buildRequires: ['lib'], packages: [pack('copies')] }),
];

function reached(components: Question['components'], lost: readonly string[] = []): readonly string[] {
  const network = networkOfWorld(worldOf(facts));
  const counts = new Uint8Array(network.count).fill(1);
  const about = { changed: [network.components.find('rpm/lib')], lost, tools: [], embedding: [], counts };
  const { capability } = spreadOf(network, components ? { ...about, components } : about);
  return [...capability.members()].map((of) => network.components.get(of)).sort();
}

describe('component policies on an imported graph', () => {
  it('say what is embedded, whatever it is called', () => {
    expect(reached([])).toEqual(['rpm/both', 'rpm/grub']);
    const embedded = reached([{ match: ['rpm/lib'], embedding: true, ...says }]);
    expect(embedded).toEqual(['rpm/both', 'rpm/copies', 'rpm/grub']);
  });

  it('name the architectures that count, of who uses and of what changed', () => {
    expect(reached([], ['lib-api'])).toEqual(['rpm/both', 'rpm/grub']);
    expect(reached([{ match: ['rpm/grub'], architectures: ['x86_64'], ...says }], ['lib-api'])).toEqual(['rpm/both']);
    expect(reached([{ match: ['rpm/lib'], architectures: ['x86_64'], ...says }], ['lib-api'])).toEqual(['rpm/both']);
  });
});
