import { closure, digraph, knots, layers, sha256, stronglyConnected } from '@millrace/kernel';
import fc from 'fast-check';
import { pack, part } from '../../../test/worlds';
import type { ComponentFacts } from '../facts';
import { worldOf } from '../world';
import { reachOf } from './answer';
import { condense } from './condense';
import { decodeNetwork, encodeNetwork } from './encode';
import { networkOfWorld } from './from-world';
import { levelsOf } from './levels';
import { addCatalogue } from './merge';
import { CatalogueBuilder } from './build-catalogue';
import { networkOf, type Network } from './network';
import { pathsBetween } from './paths';
import { rowOf } from './rows';
import { everythingAbove } from './above';
import { directTiers } from './direct-tiers';

/** Random releases of 2 to 10 components whose builds and packages need one another, in cycles too. */
const networks: fc.Arbitrary<Network> = fc.integer({ min: 2, max: 10 }).chain((count) => {
  const some = fc.array(fc.nat(count - 1), { maxLength: 3 });
  const one = fc.record({ build: some, run: some, holds: some });
  return fc.array(one, { minLength: count, maxLength: count }).map((parts) =>
    networkOfWorld(
      worldOf(
        parts.map(({ build, run, holds }, n): ComponentFacts =>
          part(`rpm/c${n}`, {
            buildRequires: build.map((m) => `lib${m}`),
            contains: n % 4 === 3 ? holds.filter((m) => m !== n).map((m) => `rpm/c${m}`) : [],
            packages: [pack(`lib${n}`, { provides: [`so${n}`], requires: run.map((m) => `so${m}`) })],
          }),
        ),
      ),
    ),
  );
});

const question = (changed: number[], lost: string[] = []) => ({
  ...{ changed, lost, tools: [], embedding: [], counts: new Uint8Array(10).fill(1) },
});

/** The chroot of a build, found package after package. */
function slowChroot(network: Network, component: number): Set<number> {
  const runs: [number, number][] = [];
  for (let p = 0; p < network.packageNames.count; p++) {
    for (const clause of rowOf(network.runtime, p)) for (const to of rowOf(network.answers, clause)) runs.push([p, to]);
  }
  const seeds = [...rowOf(network.build, component)].flatMap((clause) => [...rowOf(network.answers, clause)]);
  const found = new Set(
    [...closure(digraph(network.packageNames.count, runs), seeds)].map((p) => network.packageComponent[p]!),
  );
  for (const to of rowOf(network.parts, component)) found.add(to);
  found.delete(component);
  return found;
}

describe('condensing', () => {
  it('gives the groups of the slow way, what is pointed to first', () => {
    const pairs = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 });
    fc.assert(
      fc.property(pairs, (edges) => {
        const graph = digraph(12, edges);
        const { of, count, offsets, nodes } = condense(graph);
        const groups = Array.from({ length: count }, (_, g) =>
          [...nodes.subarray(offsets[g], offsets[g + 1])].sort((a, b) => a - b),
        );
        const expected = stronglyConnected(graph).members;
        expect(new Set(groups.map(String))).toEqual(new Set(expected.map(String)));
        for (const [from, to] of edges) expect(of[from]! >= of[to]!).toBe(true);
      }),
    );
  });
});

describe('tiers of a set', () => {
  it('are the longest chains of build chroots, knots collapsed', () => {
    fc.assert(
      fc.property(networks, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (network, picks) => {
        const set = Array.from({ length: network.count }, (_, n) => n).filter((n) => picks[n]);
        const { members, tier, knots: found } = levelsOf(network, set);
        expect([...members]).toEqual(set);
        const pairs = set.flatMap((n) =>
          [...slowChroot(network, n)].filter((m) => picks[m]).map((m) => [n, m] as const),
        );
        const slow = digraph(network.count, pairs);
        set.forEach((n, at) => expect(tier[at]).toBe(layers(slow)[n]));
        const inSet = knots(slow).map((knot) => [...knot].sort((a, b) => a - b));
        expect(new Set(found.map(String))).toEqual(new Set(inSet.map(String)));
      }),
      { numRuns: 300 },
    );
  });
});

/** Adds whatever is assembled from one of these, round after round. */
function withHolders(network: Network, found: Set<string>, changed: number): void {
  const isIn = (n: number): boolean => n === changed || found.has(network.components.get(n));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (let n = 0; n < network.count; n++) {
      if (n !== changed && [...rowOf(network.contains, n)].some(isIn)) found.add(network.components.get(n));
    }
  }
}

describe('tiers by direct build dependencies', () => {
  it('are the longest chains of them within the set, knots collapsed', () => {
    fc.assert(
      fc.property(networks, fc.array(fc.nat(9)), (network, picked) => {
        const set = [...new Set(picked.map((n) => n % network.count))];
        const below = (n: number): number[] => {
          const clauses = [...rowOf(network.build, n)].flatMap((clause) => [...rowOf(network.answers, clause)]);
          const direct = clauses.map((of) => network.packageComponent[of]!);
          return direct.filter((to) => to !== n && set.includes(to));
        };
        const edges = set.flatMap((n) => below(n).map((to): [number, number] => [n, to]));
        const graph = digraph(network.count, edges);
        const reachable = new Map(set.map((n) => [n, closure(graph, [n])]));
        const isOneKnot = (a: number, b: number): boolean => reachable.get(a)!.has(b) && reachable.get(b)!.has(a);
        const tier = (n: number): number => {
          const lower = [...reachable.get(n)!].filter((to) => !isOneKnot(n, to));
          return Math.max(0, ...lower.map((to) => tier(to) + 1));
        };
        const slow = set.length === 0 ? 0 : Math.max(...set.map(tier)) + 1;
        expect(directTiers(network, set)).toBe(slow);
      }),
    );
  });
});

describe('how far a change goes', () => {
  it('reaches at most everything that depends on it, by whatever way', () => {
    fc.assert(
      fc.property(networks, fc.nat(9), (network, pick) => {
        const changed = pick % network.count;
        const edges: [number, number][] = [];
        for (let n = 0; n < network.count; n++) for (const to of rowOf(network.out, n)) edges.push([to, n]);
        const slow = closure(digraph(network.count, edges), [changed]);
        slow.delete(changed);
        expect([...everythingAbove(network, [changed], question([changed]))]).toEqual([...slow].sort((a, b) => a - b));
      }),
    );
  });

  it('breaks exactly whose requirement nothing satisfies without what was lost, and what holds them', () => {
    fc.assert(
      fc.property(networks, fc.nat(9), (network, pick) => {
        const changed = network.components.find(`rpm/c${pick % network.count}`);
        const lost = `so${network.components.get(changed).slice(5)}`;
        const expected = new Set<string>();
        for (let p = 0; p < network.packageNames.count; p++) {
          const owner = network.packageComponent[p]!;
          const wants = [...rowOf(network.runtime, p)].some((clause) => network.clauses.get(clause) === lost);
          if (wants && owner !== changed) expected.add(network.components.get(owner));
        }
        withHolders(network, expected, changed);
        const answer = reachOf(network, question([changed], [lost]), 'capability');
        expect(new Set(answer.set.map((one) => one.id))).toEqual(expected);
        expect(answer.components).toBe(expected.size);
        expect(answer.scopes.capability).toEqual({ components: expected.size, tiers: answer.tiers });
      }),
    );
  });

  it('spares whom somebody else satisfies, and says so; tools do not propagate', () => {
    const network = networkOfWorld(
      worldOf([
        part('rpm/lib', { packages: [pack('lib', { provides: ['so', 'tool'] })] }),
        part('rpm/compat', { packages: [pack('compat', { provides: ['so'] })] }),
        part('rpm/app', { packages: [pack('app', { requires: ['so'] })] }),
        part('rpm/doc', { buildRequires: ['tool'], packages: [pack('doc')] }),
      ]),
    );
    const lib = network.components.find('rpm/lib');
    const answer = reachOf(network, question([lib], ['so', 'none']), 'capability');
    expect(answer.set).toEqual([]);
    expect(answer.moved).toEqual([{ id: 'rpm/app', requirement: 'so' }]);
    expect(answer.notOffered).toEqual(['none']);
    const lostTool = reachOf(network, question([lib], ['tool']), 'capability');
    expect(lostTool.needsChange).toEqual([{ id: 'rpm/doc', requirement: 'tool' }]);
    const direct = reachOf(network, question([lib]), 'direct');
    expect(direct.set.map((one) => [one.id, one.why])).toEqual([['rpm/doc', ['it is built with tool']]]);
    expect(reachOf(network, { ...question([lib]), tools: ['to*'] }, 'direct').set).toEqual([]);
  });
});

describe('paths', () => {
  it('come shortest first, each once, and each edge is one of the graph', () => {
    fc.assert(
      fc.property(networks, fc.nat(9), fc.nat(9), (network, a, b) => {
        const [from, to] = [a % network.count, b % network.count];
        const paths = pathsBetween(network, from, to, 5).map((path) => path.map((edge) => edge.component));
        expect(new Set(paths.map(String)).size).toBe(paths.length);
        for (const [n, path] of paths.entries()) {
          if (n > 0) expect(path.length).toBeGreaterThanOrEqual(paths[n - 1]!.length);
          const numbers = [from, ...path.map((id) => network.components.find(id))];
          for (let k = 1; k < numbers.length; k++)
            expect([...rowOf(network.out, numbers[k - 1]!)]).toContain(numbers[k]);
        }
        const reaches = from !== to && everythingAbove(network, [to], question([to])).includes(from);
        expect(paths.length > 0).toBe(reaches);
      }),
    );
  });
});

describe('a stored graph', () => {
  it('comes back as it was, and is refused when a byte of it changed', () => {
    fc.assert(
      fc.property(networks, fc.nat(), (network, at) => {
        const { bytes, digest } = encodeNetwork(network);
        expect(encodeNetwork(decodeNetwork(bytes, 'x')).digest).toBe(digest);
        const hurt = bytes.slice();
        hurt[bytes.length - 1 - (at % 64)]! ^= 1;
        expect(() => decodeNetwork(hurt, 'x')).toThrow(expect.objectContaining({ code: 'snapshot-damaged' }));
        expect(() => decodeNetwork(bytes.subarray(0, 20), 'x')).toThrow(
          expect.objectContaining({ code: 'snapshot-damaged' }),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('of the version before is read as it was', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const before = decodeNetwork(asBefore(encodeNetwork(network).bytes), 'x');
        expect(before.chroots).toEqual(network.chroots);
        expect(encodeNetwork(before).digest).toBe(encodeNetwork(network).digest);
      }),
      { numRuns: 20 },
    );
  });

  it('gives the same edges when it is added to another', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const builder = new CatalogueBuilder();
        addCatalogue(builder, network);
        const again = networkOf(builder.finish());
        expect([...again.components]).toEqual([...network.components]);
        const edges = (of: Network) =>
          Array.from({ length: of.count }, (_, n) => [...rowOf(of.out, n)].sort((a, b) => a - b).join());
        expect(edges(again)).toEqual(edges(network));
      }),
      { numRuns: 50 },
    );
  });
});

/** A stored graph as it was written before its chroots were among its parts, which are the last two. */
function asBefore(bytes: Uint8Array): Uint8Array {
  const padded = (length: number): number => (length + 7) & ~7;
  const headLength = new DataView(bytes.buffer).getUint32(16);
  const { lengths } = JSON.parse(Buffer.from(bytes.subarray(24, 24 + headLength)).toString()) as { lengths: number[] };
  const last = lengths.slice(-2).reduce((sum, length) => sum + padded(length), 0);
  const body = bytes.subarray(24 + padded(headLength), bytes.length - last);
  const head = Buffer.from(JSON.stringify({ digest: sha256(body), lengths: lengths.slice(0, -2) }));
  const start = 24 + padded(head.length);
  const old = new Uint8Array(start + body.length);
  old.set(Buffer.from('millrace-graph-2'));
  new DataView(old.buffer).setUint32(16, head.length);
  old.set(head, 24);
  old.set(body, start);
  return old;
}
