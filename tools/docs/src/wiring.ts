import { apps, type App, type EventContract } from '@millrace/contracts';
import { join } from 'node:path';
import type { z } from 'zod';

/** What an app's built `wiring` tells about it. */
export interface Wiring {
  readonly app: App;
  readonly says: readonly EventContract[];
  readonly hears: readonly EventContract[];
  readonly config: z.ZodType;
}

interface Module {
  readonly says: readonly EventContract[];
  readonly hears: readonly { readonly event: EventContract }[];
  readonly definition: { readonly config: z.ZodType };
}

/** The wirings of the five services. `place` is `dist` for what was built, `src` in a test that reads sources. */
export async function readWirings(root: string, place: 'dist' | 'src' = 'dist'): Promise<readonly Wiring[]> {
  const found: Wiring[] = [];
  for (const app of apps) {
    const wiring = (await import(join(root, 'apps', app, place, `wiring.${place === 'dist' ? 'js' : 'ts'}`))) as Module;
    const { says, hears, definition } = wiring;
    found.push({ app, says, hears: hears.map(({ event }) => event), config: definition.config });
  }
  return found;
}
