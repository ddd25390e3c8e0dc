import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@millrace/kernel';
import { expectThat } from '@millrace/testing/stories';
import type { World } from '../world';

interface Order {
  readonly ref: string;
  readonly origin: 'cascade' | 'hand';
  readonly order: {
    readonly component: string;
    readonly source: unknown;
    readonly macros: unknown;
    readonly needs: readonly string[];
  };
}
interface Contents {
  readonly inputs: readonly { readonly nvr: string }[];
}

/** Reads the build system's own folder: no component was built twice by cascades from the same source and inputs. */
export async function nothingWasBuiltTwice(world: World): Promise<number> {
  const folder = join(world.builds, 'builds');
  const refs = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const builds = await Promise.all(refs.map((ref) => keyOf(join(folder, ref))));
  const seen = new Map<string, string>();
  for (const { ref, component, key } of builds.filter((build) => build !== null)) {
    const before = seen.get(key);
    expectThat(before === undefined, `${component} was built twice for the same inputs: ${before} and ${ref}`);
    seen.set(key, ref);
  }
  world.view.say(`${seen.size} builds by cascades, no two of one component from the same inputs`);
  return seen.size;
}

/** What a build depends on: its source, its macros, and the packages of its build root; failed ones: what was ordered. */
async function keyOf(folder: string): Promise<{ ref: string; component: string; key: string } | null> {
  const record = await json<Order>(join(folder, 'order.json'));
  if (record === null || record.origin === 'hand') return null;
  const { ref, order } = record;
  const contents = await json<Contents>(join(folder, 'contents.json'));
  const inputs =
    contents === null ? [...order.needs].sort() : [...new Set(contents.inputs.map((input) => input.nvr))].sort();
  return { ref, component: order.component, key: canonicalJson([order.component, order.source, order.macros, inputs]) };
}

async function json<T>(file: string): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as T);
}
