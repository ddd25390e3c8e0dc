import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ReadOrder } from '../domain/import-order';
import { GraphFiles } from '../store/graph-files';
import { threadImporter } from './in-thread';
import { webSettings } from './web/settings';

const folder = mkdtempSync(join(tmpdir(), 'millrace-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const graphs = join(folder, 'graphs');
const hook = resolve(__dirname, '../../test/typescript-hook.cjs');
const entry = resolve(__dirname, '../import-thread.ts');
const importer = threadImporter(
  `require(${JSON.stringify(hook)}); require(${JSON.stringify(entry)});`,
  graphs,
  webSettings,
  { eval: true },
);

const count = 20_000;
const names = Array.from({ length: count }, (_, n) => `c${n}`);
const sources = join(folder, 'Sources');
const packages = join(folder, 'Packages');
writeFileSync(sources, names.map((name, n) => `Package: ${name}\nVersion: 1\nBuild-Depends: c${n >> 1}\n\n`).join(''));
writeFileSync(packages, names.map((name) => `Package: ${name}\nVersion: 1\nArchitecture: all\n\n`).join(''));

function order(parts: object): ReadOrder {
  const input = { kind: 'deb822', sources: [sources], packages: [packages], arch: 'amd64' };
  return { release: 'r', number: 1, parts: {}, newest: null, ...input, ...parts } as unknown as ReadOrder;
}

describe('an import in a thread', () => {
  it('leaves the service free to answer, tells how far it is, and stores the graph', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 5);
    const told: string[] = [];
    const read = await importer(order({}), null, { progress: (_read, what) => told.push(what) });
    clearInterval(turning);
    expect(read.report.counts['components']).toBe(count);
    expect(turns).toBeGreaterThan(5);
    expect(told.length).toBeGreaterThan(0);
    const network = await new GraphFiles(graphs).read(read.file);
    expect(network.components.count).toBe(count);
  });

  it('ends with the fault of what cannot be read', async () => {
    const gone = order({ sources: [join(folder, 'gone')] });
    await expect(importer(gone, null, {})).rejects.toMatchObject({ name: 'AppError', remedy: expect.any(String) });
  });

  it('is stopped by whoever started it', async () => {
    const stop = new AbortController();
    const read = importer(order({}), null, { signal: stop.signal });
    stop.abort();
    await expect(read).rejects.toMatchObject({ code: 'import-stopped' });
  });

  it('that needs more memory than it may is a fault of the import alone', async () => {
    const small = threadImporter(
      'const kept = []; for (;;) kept.push({ n: kept.length, text: String(kept.length) });',
      graphs,
      webSettings,
      { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } },
    );
    await expect(small(order({}), null, {})).rejects.toMatchObject({ code: 'import-too-large' });
  });
});
