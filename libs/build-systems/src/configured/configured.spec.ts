import { releaseDefinition } from '@millrace/contracts';
import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfiguredKoji, readBuildSystems } from './check';
import { createConfigured } from './create';
import type { BuildSystemSettings } from './settings';

const definition = releaseDefinition.parse({
  ...{ release: 'f44', title: 'F44', product_version: 'f44', gates: [], owners: [], releng: ['ada'], sources: {} },
  build_systems: { rpm: 'koji', container: 'other' },
  build_targets: { rpm: { target: 't1' }, container: { target: 'elsewhere' } },
  people: { ada: { mail: 'ada@example.org' } },
});

describe('build systems by settings', () => {
  let dir: string;
  let hub: FakeHub;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'millrace-configured-'));
    hub = await startFakeHub();
    hub.control.addUser('millrace', 'secret');
    hub.control.addTag('t1');
    hub.control.addTag('t1-build', { parents: ['t1'] });
    hub.control.addTarget('t1', 't1-build', 't1');
    writeFileSync(join(dir, 'password'), 'secret\n', { mode: 0o600 });
  });
  afterEach(async () => {
    await hub.close();
    rmSync(dir, { recursive: true });
  });
  const write = (koji: object, more: object = {}): string => {
    const file = join(dir, 'millrace.yaml');
    const login = { kind: 'password', user: 'millrace', password_file: join(dir, 'password') };
    const one = { kind: 'koji', url: hub.url, top_url: 'https://koji.example/', login, ...koji };
    writeFileSync(
      file,
      JSON.stringify({ scheduler: { build_systems: { koji: one, ...more } }, common: { port_base: 5000 } }),
    );
    return file;
  };
  const kojiOf = async (file: string) => {
    const { koji } = await readBuildSystems(file);
    if (koji?.kind !== 'koji') throw new Error('no Koji');
    return koji;
  };

  it('are read with their defaults, checked, and work; only what is theirs of a release concerns them', async () => {
    const mbs = { kind: 'mbs', url: 'https://mbs.example/module-build-service/2' };
    const settings = await kojiOf(write({}, { mbs }));
    expect(settings).toMatchObject({
      capacity: 20,
      poll_seconds: 5,
      longest_call_seconds: 120,
      top_url: 'https://koji.example',
    });
    const findings = await checkConfiguredKoji('koji', settings, [definition]);
    expect(findings.filter((one) => one.verdict === 'wrong')).toEqual([]);
    expect(findings.map((one) => one.what)).toContain('f44 rpm');
    expect(findings.map((one) => one.what)).not.toContain('f44 container');
    const definitions = { named: () => Promise.resolve(definition), all: () => Promise.resolve([definition]) };
    const system = createConfigured('koji', settings, { dir, definitions });
    expect(system.name).toBe('koji');
    expect(await system.who!()).toBe('millrace');
    expect((await system.open('f44', null)).id).toBe('t1-build');
    await system.end();
  });

  it.each([
    ['a login without its file', { login: { kind: 'password', user: 'x' } }, 'build_systems.koji.login.password_file'],
    [
      'a password in the settings',
      { login: { kind: 'password', user: 'x', password: 'y', password_file: 'z' } },
      'password',
    ],
    ['a time-out that a slow hub exceeds', { timeout_seconds: 5 }, 'build_systems.koji.timeout_seconds'],
    ['a strange address', { url: 'ftp://koji' }, 'build_systems.koji.url'],
    ['a setting that is none', { retires: 3 }, 'retires'],
  ])('are refused with %s, and the place is named', async (_, change, place) => {
    await expect(readBuildSystems(write(change))).rejects.toMatchObject({
      ...{ code: 'settings-invalid', message: expect.stringContaining(place) as string },
    });
  });

  it('are refused when a secret cannot be read', async () => {
    const settings: BuildSystemSettings = await kojiOf(write({}));
    rmSync(join(dir, 'password'));
    const definitions = { named: () => Promise.resolve(null), all: () => Promise.resolve([]) };
    expect(() => createConfigured('koji', settings, { dir, definitions })).toThrow(/password_file/);
  });
});
