import { importKinds } from '@millrace/contracts';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importers } from './importers';
import { readSource } from './read-source';

const folders = readdirSync(__dirname, { withFileTypes: true })
  .filter((one) => one.isDirectory())
  .map((one) => one.name);

describe('importers', () => {
  it('are those of the contract, each in the folder of its kind', () => {
    expect(Object.keys(importers).sort()).toEqual([...importKinds].sort());
    expect(folders.sort()).toEqual([...importKinds].sort());
  });

  it.each(folders)('%s has reader, schema, fixtures, README and a test', (folder) => {
    const parts = ['reader.ts', 'schema.ts', 'fixtures', 'README.md', 'reader.spec.ts'];
    expect(parts.filter((part) => !existsSync(join(__dirname, folder, part)))).toEqual([]);
  });

  it.each(importKinds)('%s refuses an order that names nothing, and says what it needs', async (kind) => {
    const order = { kind, sources: [], packages: [], arch: 'amd64' };
    await expect(
      readSource(order, { web: { proxy: null, caFile: null, silenceMs: 1, fileMs: 1 } }),
    ).rejects.toMatchObject({
      code: 'import-input',
      message: expect.stringMatching(/the import needs/),
      remedy: expect.stringContaining('--help'),
    });
  });

  it.each(['relative/path', 'ftp://example.org/x', ''])('refuse the address %j', async (address) => {
    const order = { kind: 'modulemd', sources: [address], packages: [], arch: 'amd64' };
    await expect(
      readSource(order, { web: { proxy: null, caFile: null, silenceMs: 1, fileMs: 1 } }),
    ).rejects.toMatchObject({
      code: 'import-input',
      message: expect.stringContaining('sources.0: it must be an absolute path'),
    });
  });

  it('of an unknown kind there is none', async () => {
    const order = { kind: 'nonsense', sources: [], packages: [], arch: 'amd64' };
    await expect(
      readSource(order, { web: { proxy: null, caFile: null, silenceMs: 1, fileMs: 1 } }),
    ).rejects.toMatchObject({
      code: 'import-input',
      remedy: expect.stringContaining('rpm-md'),
    });
  });
});
