import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack, part } from '../../test/worlds';
import { flatOrder, orderOfFlat } from '../domain/graph/flat-order';
import { fromZero, orderInText } from '../domain/graph/from-zero';
import { networkOfWorld } from '../domain/graph/from-world';
import { leaveOut } from '../domain/graph/leave-out';
import { orderSet, type OrderedSet } from '../domain/graph/order-set';
import type { OpenGraph } from '../domain/graphs';
import { worldOf } from '../domain/world';
import { GraphFiles } from '../store/graph-files';
import { ordersInThread } from './order-in-thread';

const folder = mkdtempSync(join(tmpdir(), 'millrace-orders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hook = resolve(__dirname, '../../test/typescript-hook.cjs');
const entry = resolve(__dirname, '../order-thread.ts');
const started = `require(${JSON.stringify(hook)}); require(${JSON.stringify(entry)});`;
const orders = ordersInThread(started, folder, { eval: true });

const count = 1500;
const inKnot = 1200;

/** A large knot, of which some members have a recipe, and a chain above it. */
const network = networkOfWorld(
  worldOf(
    Array.from({ length: count }, (_, n) => {
      const needs = n < inKnot ? [(n + 1) % inKnot, (n * 7) % inKnot] : [n - 1];
      return part(`rpm/c${n}`, {
        buildRequires: needs.map((m) => `lib${m}`),
        bootstrapRequires: n % 500 === 0 ? [] : null,
        packages: [pack(`lib${n}`)],
      });
    }),
  ),
);
const all = Int32Array.from({ length: count }, (_, n) => n);

async function stored(gone: readonly number[] = []): Promise<OpenGraph> {
  const file = await new GraphFiles(folder).write(network);
  const left = gone.length === 0 ? network : leaveOut(network, new Set(gone)).network;
  return { snapshot: 's', network: left, reach: null, needed: [], report: null, stored: { file, gone } };
}

describe('an order that is made in a thread', () => {
  it('is the one that is made here, and leaves the service free to answer', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 5);
    const made = await orders.of(await stored(), all, 'install');
    clearInterval(turning);
    expect(flatOrder(made)).toEqual(flatOrder(orderSet(network, all, 'install')));
    expect(made.knots.length).toBeGreaterThan(0);
    expect(turns).toBeGreaterThan(5);
  });

  it('knows what left the graph, and comes in turn when several are asked for', async () => {
    const without = await stored([3, 5, inKnot]);
    const [zero, order] = await Promise.all([orders.fromZero(without, all), orders.of(without, all, 'build')]);
    expect(zero).toEqual(orderInText(fromZero(without.network, all)));
    expect(flatOrder(order)).toEqual(flatOrder(orderSet(without.network, all, 'build')));
  });

  it('fails as reading a graph here would, and the next one is made', async () => {
    const open = await stored();
    const lost = { ...open, stored: { file: `sha256:${'0'.repeat(64)}`, gone: [] } };
    await expect(orders.of(lost, all, 'build')).rejects.toMatchObject({ code: 'snapshot-damaged' });
    expect((await orders.of(open, all.subarray(0, 10), 'build')).steps).toHaveLength(10);
  });

  it('is a fault of its own where the thread ends without a word', async () => {
    const silent = ordersInThread('process.exit(3)', folder, { eval: true });
    await expect(silent.of(await stored(), all, 'build')).rejects.toMatchObject({ code: 'order-thread' });
  });
});

describe('an order as typed arrays', () => {
  it('is the same order again, plans of knots included that one step shares with another', () => {
    const order = orderSet(network, all, 'build');
    const again = orderOfFlat(structuredClone(flatOrder(order)));
    expect([again.knots, again.tiers]).toEqual([order.knots, order.tiers]);
    const plansOf = ({ steps }: OrderedSet) => [...new Set(steps.map((step) => step.knot))];
    expect(plansOf(again)).toEqual(plansOf(order));
    const listed = ({ steps }: OrderedSet) => steps.map((step) => ({ ...step, knot: step.knot?.members.length }));
    expect(listed(again)).toEqual(listed(order));
  });
});
