import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDir } from './layout';
import { runStep } from './run-step';
import { compileRunner, localWorld, type LocalWorld } from './test-world';

jest.setTimeout(120_000);

/**
 * A hostile package runs its probe wherever a package runs code: in the spec, in %build and %check, in %pretrans (Lua,
 * in dnf's own process), in %post, and in a build that has it in its root. The probe says what it managed to do.
 */
describe('the sandbox', () => {
  let world: LocalWorld;
  let outside: string;
  let listener: Server;
  let connections = 0;
  let log = '';

  beforeAll(async () => {
    compileRunner();
    world = await localWorld();
    outside = await mkdtemp(join(tmpdir(), 'millrace-outside-'));
    await chmod(outside, 0o777);
    listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
    log = await buildAndRead();
  }, 120_000);

  afterAll(async () => {
    await new Promise((closed) => listener.close(closed));
    await rm(outside, { recursive: true, force: true });
    await world.destroy();
  });

  /** Logs of the intruder's build and of a build that has it in its root. */
  async function buildAndRead(): Promise<string> {
    const system = world.connect();
    const place = await system.open(world.release, 'tests');
    const macros = { outside, port: String((listener.address() as AddressInfo).port) };
    const intruder = await world.build('intruder', { macros });
    if (intruder.state === 'complete') await system.admit(intruder.ref, place);
    const victim = await world.build('victim', { macros });
    const logs = [intruder, victim].map(({ ref }) => join(buildDir(world.dir, ref), 'logs'));
    const files = await Promise.all(
      logs.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
    );
    const texts = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
    expect([intruder.state, victim.state]).toEqual(['complete', 'complete']);
    return texts.join('\n');
  }

  it.each(['srpm', 'build', 'check', 'pretrans', 'post', 'dependant'])('lets nothing out of stage %s', (stage) => {
    const said = log.split('\n').filter((line) => line.startsWith(`PROBE ${stage} `));
    expect(said).toContain(`PROBE ${stage} done`);
    expect(said.filter((line) => line.includes('BREACH'))).toEqual([]);
    expect(said).toContain(`PROBE ${stage} capabilities 0000000000000000`);
    expect(said).toContain(`PROBE ${stage} new privileges 1`);
  });

  it('was never left: no file outside, no connection', async () => {
    expect(await readdir(outside)).toEqual([]);
    expect(connections).toBe(0);
  });

  it('leaves the repositories that a build saw as they were', async () => {
    const base = join(world.dir, 'releases/mini=2E1/sides/tests/1/repodata');
    expect((await readdir(base)).filter((name) => name.includes('breach'))).toEqual([]);
  });

  it('has a probe that can tell: in user and mount name spaces alone it finds its ways', async () => {
    const free = join(outside, 'free-run');
    await mkdir(free);
    await chmod(free, 0o777);
    const probe = join(outside, 'probe.sh');
    await copyFile(join(__dirname, 'fixtures/intruder/probe.sh'), probe);
    const nobody = process.getuid!() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const port = String((listener.address() as AddressInfo).port);
    const argv = [...nobody, 'unshare', '-Urm', '/bin/sh', probe, 'free', free, port];
    const { stderr } = await runStep({ argv, path: '/usr/sbin:/usr/bin:/sbin:/bin', output: 'returned' });
    const found = stderr.split('\n').filter((line) => line.includes('BREACH'));
    expect(found).toEqual(
      expect.arrayContaining([
        `PROBE free BREACH wrote ${join(free, 'free')}`,
        'PROBE free BREACH mounted',
        'PROBE free BREACH made a user namespace',
        'PROBE free BREACH changed its root',
        'PROBE free BREACH connected to the host',
      ]),
    );
    expect(stderr).not.toContain('capabilities 0000000000000000');
  });
});
