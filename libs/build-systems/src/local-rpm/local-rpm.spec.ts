import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describeBuildSystem } from '../build-system.suite';
import { readJson } from './json-file';
import { buildDir } from './layout';
import { isAlive, type ProcessIdentity } from './process-identity';
import { descendants } from './resource-watch';
import { compileRunner, endOf, fixture, localWorld, type LocalWorld } from './test-world';

jest.setTimeout(120_000);
beforeAll(compileRunner, 120_000);

describeBuildSystem('local-rpm', localWorld);

const library = resolve(__dirname, '../../dist/index.js');

/** A program of its own that builds libgear, and says its ref as soon as it is submitted. */
const submitter = (dir: string, then: string) => `
  const { createLocalRpm } = require(${JSON.stringify(library)});
  const system = createLocalRpm({ dir: ${JSON.stringify(dir)}, capacity: 1 });
  const order = { release: 'mini.1', component: 'rpm/libgear', cascade: null, generation: 1, pass: 1, macros: {},
    source: { kind: 'folder', path: ${JSON.stringify(fixture('libgear'))} }, bootstrap: false, needs: [], siblings: [] };
  (async () => {
    const ref = await system.submit('apart', order, await system.open('mini.1', null));
    console.log(ref);
    ${then}
  })();`;

describe('a build under its own runner', () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await localWorld();
  });
  afterAll(() => world.destroy());

  it('goes on when its submitter is killed', async () => {
    const child = spawn(process.execPath, ['-e', submitter(world.dir, 'setInterval(() => undefined, 1000);')]);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    const ref = await world.connect().find('apart');
    expect(said.toString().trim()).toBe(ref);
    expect(await endOf(world.connect(), ref!)).toMatchObject({ state: 'complete', component: 'rpm/libgear' });
    expect(await readdir(join(buildDir(world.dir, ref!), 'out/packages'))).toHaveLength(2);
  });

  it('takes all that runs in its sandbox along when it dies', async () => {
    const ref = await world.makeByHand('endless', null);
    const folder = buildDir(world.dir, ref);
    const before = await untilSleeping(folder);
    process.kill(before.runner.pid, 'SIGKILL');
    for (const found of before.below) await gone(found);
    expect((await endOf(world.connect(), ref)).state).toBe('failed');
    expect(await readdir(folder)).not.toContain('work');
  });
});

it('is the same in the hands of an ordinary user', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-ordinary-'));
  try {
    await chmod(dir, 0o777);
    const then = `let s; do { [s] = await system.look([ref]); } while (!/complete|failed/.test(s.state)); console.log(s.state);`;
    // Somebody else must be able to read the program; where only root can, this user is who runs the test.
    const other = process.getuid!() === 0 && (await readableByOthers(library));
    const user = other ? ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups'] : [];
    const [command, ...args] = [...user, process.execPath, '-e', submitter(dir, then)];
    const { stdout } = await promisify(execFile)(command!, args, { cwd: '/' });
    expect(stdout.trim().split('\n').pop()).toBe('complete');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

interface Running {
  readonly runner: ProcessIdentity;
  readonly below: readonly ProcessIdentity[];
}

/** Waits until the endless build is in its %build; gives the runner and all processes below it. */
async function untilSleeping(folder: string): Promise<Running> {
  for (;;) {
    const runner = (await readJson<{ process: ProcessIdentity }>(join(folder, 'runner.json')))?.process;
    const stage = (await readJson<{ stage: string }>(join(folder, 'state.json')))?.stage;
    const below = runner ? (await descendants(runner.pid)).filter((p) => p.pid !== runner.pid) : [];
    // bwrap, its init, prlimit's rpmbuild, the section's shell, sleep.
    if (runner && stage === 'build' && below.length >= 5) {
      return { runner, below: below.map(({ pid, startTicks }) => ({ pid, startTicks, boot: runner.boot })) };
    }
    await new Promise((done) => setTimeout(done, 25));
  }
}

async function gone(identity: ProcessIdentity): Promise<void> {
  while (await isAlive(identity)) await new Promise((done) => setTimeout(done, 10));
}

async function readableByOthers(path: string): Promise<boolean> {
  await access(path);
  const argv = ['--reuid=12345', '--regid=12345', '--clear-groups', 'test', '-r', path];
  return promisify(execFile)('setpriv', argv).then(
    () => true,
    () => false,
  );
}
