import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../world';
import { nothingWasBuiltTwice } from './orders';

let builds: string;
const view = { chapter: () => undefined, say: () => undefined, show: () => undefined };
// Of a world it uses the build folder and the view alone.
const check = (): Promise<number> => nothingWasBuiltTwice({ builds, view } as unknown as World);

beforeEach(() => (builds = mkdtempSync(join(tmpdir(), 'millrace-orders-'))));
afterEach(() => rmSync(builds, { recursive: true }));

function build(ref: string, commit: string, inputs: readonly string[] | null, origin = 'cascade'): void {
  const folder = join(builds, 'builds', ref);
  mkdirSync(folder, { recursive: true });
  const order = { component: 'rpm/a', source: { commit }, macros: {}, needs: ['n'] };
  writeFileSync(join(folder, 'order.json'), JSON.stringify({ ref, origin, order }));
  if (inputs) writeFileSync(join(folder, 'contents.json'), JSON.stringify({ inputs: inputs.map((nvr) => ({ nvr })) }));
}

test('other sources, other inputs and builds by hand are no doubles', async () => {
  build('one', 'x', ['b-1']);
  build('two', 'y', ['b-1']);
  build('three', 'x', ['b-2']);
  build('hand', 'x', ['b-1'], 'hand');
  expect(await check()).toBe(3);
});

test('the same source with the same inputs is one, in whatever order they are listed', async () => {
  build('one', 'x', ['b-1', 'c-1']);
  build('two', 'x', ['c-1', 'b-1', 'b-1']);
  await expect(check()).rejects.toThrow('rpm/a was built twice for the same inputs');
});

test('so is an order that failed and was given again', async () => {
  build('one', 'x', null);
  build('two', 'x', null);
  await expect(check()).rejects.toThrow('built twice');
});
