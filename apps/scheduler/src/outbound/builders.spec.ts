import { createKojiBuildSystem, createLocalRpm } from '@millrace/build-systems';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildersOf } from './builders';

describe('builders of a build system', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-builders-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('are none where it has none of its own', async () => {
    expect(await buildersOf(createLocalRpm({ dir, capacity: 1 }))).toEqual({ builders: [], unknown: null });
  });

  it('are unknown, with the reason, while it is away', async () => {
    const system = createKojiBuildSystem({
      ...{ name: 'koji', dir, topUrl: 'https://koji.example', capacity: 7 },
      hub: { url: 'http://127.0.0.1:9/kojihub', pace: { tries: 1, intervalMs: 5 } },
      releases: { named: () => Promise.resolve(null), all: () => Promise.resolve(new Map()) },
    });
    const { builders, unknown } = await buildersOf(system);
    expect([builders, unknown]).toEqual([[], expect.stringContaining('127.0.0.1:9')]);
    await system.end();
  });
});
