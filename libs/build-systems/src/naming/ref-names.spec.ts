import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildSystem } from '../build-system';
import { ended } from '../build-system-world';
import { createKojiBuildSystem } from '../koji/koji';

const source = 'git+https://src.example/rpms/libfoo';
const commit = '0123456789012345678901234567890123456789';
const tag = { target: 't1', isolation: 'side-tag', tag: 't1', drafts: false, promote: 'land' } as const;

describe('refs of two build systems', () => {
  let dir: string;
  const hubs: FakeHub[] = [];
  const systems: { end(): Promise<void> }[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-refs-'));
  });
  afterEach(async () => {
    await Promise.all(systems.splice(0).map((one) => one.end()));
    await Promise.all(hubs.splice(0).map((one) => one.close()));
    await rm(dir, { recursive: true });
  });

  const start = async (): Promise<FakeHub> => {
    const hub = await startFakeHub();
    hubs.push(hub);
    for (const user of ['millrace', 'maintainer']) hub.control.addUser(user, 'secret', ['admin']);
    hub.control.addTag('t1', { packages: ['libfoo'] });
    hub.control.addTag('t1-build', { parents: ['t1'] });
    hub.control.addTarget('t1', 't1-build', 't1');
    hub.control.addSource(source, { name: 'libfoo', version: '1', release: '1' });
    return hub;
  };
  const connect = (name: string, hub: FakeHub): BuildSystem => {
    const releases = new Map([['f43', { rpm: tag }]]);
    const system = createKojiBuildSystem({
      ...{ name, dir: join(dir, name), topUrl: 'https://koji.example', capacity: 7, longestCallMs: 50, pollMs: 5 },
      releases: { named: (one) => Promise.resolve(releases.get(one) ?? null), all: () => Promise.resolve(releases) },
      hub: {
        url: hub.url,
        login: { kind: 'password', user: 'millrace', password: 'secret' },
        pace: { tries: 2, intervalMs: 5 },
      },
    });
    systems.push(system);
    return system;
  };
  const submit = async (system: BuildSystem, key: string) => {
    const place = await system.open('f43', 'c1');
    const what = { release: 'f43', component: 'rpm/libfoo', cascade: 'c1', generation: 1, pass: 1, macros: {} };
    const order = { ...what, bootstrap: false, needs: [], siblings: [] };
    const from = { kind: 'git', url: 'https://src.example/rpms/libfoo', commit } as const;
    return system.submit(key, { ...order, source: from }, place);
  };

  it('differ though their servers count alike, and each knows its own alone', async () => {
    const [one, other] = [connect('east', await start()), connect('west', await start())];
    const [first, second] = [await submit(one, 'k'), await submit(other, 'k')];
    expect(first.replace('east.', '')).toBe(second.replace('west.', ''));
    expect([first, second]).toEqual([
      expect.stringMatching(/^east\.task-\d+$/) as string,
      expect.stringMatching(/^west\.task-\d+$/) as string,
    ]);
    expect([await one.find('k'), (await ended(one, first)).ref]).toEqual([first, first]);
    expect((await one.contents(first)).build).toBe(first);
    expect((await one.seen('f43', null)).builds.map(({ ref }) => ref)).toEqual([first]);
    await expect(one.look([second])).rejects.toMatchObject({ code: 'build-ref-foreign', kind: 'missing' });
    await expect(one.cancel(second)).rejects.toMatchObject({ code: 'build-ref-foreign' });
  });

  it('stay what is stored where a build system worked before they had names', async () => {
    const hub = await start();
    const before = await submit(connect('koji', hub), 'k');
    const stored = before.replace('koji.', '');
    // A folder as it was left: places, and no word about refs.
    await rm(join(dir, 'koji', 'refs.json'));
    const after = connect('koji', hub);
    const [status] = await after.look([stored]);
    expect([status!.ref, await after.find('k')]).toEqual([stored, stored]);
    await ended(after, stored);
    const fresh = await submit(after, 'later');
    expect(fresh).toMatch(/^koji\.task-\d+$/);
    const told = (await connect('koji', hub).seen('f43', null)).builds.map(({ ref }) => ref);
    expect([...told].sort()).toEqual([fresh, stored].sort());
  });

  it('are not given out before the server has said where names begin', async () => {
    const hub = await start();
    await mkdir(join(dir, 'koji', 'places'), { recursive: true });
    await writeFile(join(dir, 'koji', 'places', 'x.before'), '[]');
    const system = connect('koji', hub);
    hub.trouble.offline = true;
    await expect(system.find('k')).rejects.toMatchObject({ kind: 'unavailable' });
    hub.trouble.offline = false;
    expect(await submit(system, 'k')).toMatch(/^koji\.task-\d+$/);
  });

  it('are read without the name too', async () => {
    const system = connect('koji', await start());
    const ref = await submit(system, 'k');
    const plain = ref.replace('koji.', '');
    for (const asked of [plain, ref]) {
      const [status] = await system.look([asked]);
      expect(status).toMatchObject({ ref: asked, key: 'k' });
    }
  });
});
