import { releaseDefinition, type SourceRef } from '@millrace/contracts';
import { connectToForge, createDistGit } from '@millrace/dist-git';
import { gitWorld, startFakeForge, startGitServer, type FakeForge, type GitWorld } from '@millrace/dist-git/fake';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headLeftOut } from '../domain/nvrs/leave-unbuilt';
import type { RebuildRow, ReleaseRow } from '../domain/state';
import type { Outside } from './outside';
import { ownCommits } from './own-commits';
import { sourceOfRebuild, type Bumps } from './rebuild-source';

const spec = 'Name: libmill\nVersion: 1.0\nRelease: 1%{?dist}\n\n%changelog\n';
const component = 'rpm/libmill';
const signal = new AbortController().signal;

describe('what a rebuild is made from', () => {
  let world: GitWorld;
  let forge: FakeForge;
  let bumps: Bumps;
  let built: SourceRef & { readonly kind: 'git' };

  beforeEach(async () => {
    world = gitWorld();
    world.repository('libmill', { 'libmill.spec': spec });
    forge = await startFakeForge('pagure', 'rpms/libmill');
    const file = join(world.dir, 'token');
    writeFileSync(file, forge.token);
    const author = { name: 'Millrace', mail: 'millrace@mill.example' };
    bumps = {
      author,
      git: createDistGit({ work: join(world.dir, 'work'), author }),
      systems: new Map(),
      forges: new Map([['src', connectToForge({ kind: 'pagure', address: forge.url, token_file: file })]]),
    };
    const commit = world.git('libmill', 'rev-parse', 'main').trim();
    built = { kind: 'git', url: `file://${world.root}/libmill.git`, commit };
  });
  afterEach(async () => {
    await forge.stop();
    world.remove();
  });

  const releaseOf = (more: Record<string, unknown>, rpm: Record<string, unknown> = {}): ReleaseRow => {
    const definition = releaseDefinition.parse({
      ...{ release: 'mill', title: 'A mill', product_version: 'mill-1', build_systems: { rpm: 'koji' } },
      sources: { rpm: { git: `file://${world.root}/{name}.git`, ...rpm } },
      ...{ gates: [], people: { ada: { mail: 'ada@mill.example' } }, owners: [], releng: ['ada'] },
      ...more,
    });
    return { id: 'mill', definition } as unknown as ReleaseRow;
  };
  const rebuild = (more: Partial<RebuildRow> = {}): RebuildRow =>
    ({
      ...{ id: 'c1/rpm/libmill/1.1', cascade: 'c1', release: 'mill', component, system: 'koji', attempt: 1 },
      ...{ source: null, ...more },
    }) as RebuildRow;
  /** What the scheduler knows: the last build of the component here and in the next release, and builds by NVR. */
  const knows = ({ nvr = 'libmill-1.0-1.fc43', next = 'libmill-1.0-9.fc44', taken = [] as string[] } = {}) => {
    const validated: Record<string, unknown> = {
      'mill/rpm/libmill': { build: 'b1', nvr, source: built },
      'next/rpm/libmill': { build: 'b2', nvr: next, source: null },
    };
    const one = (row: unknown) => ({ get: () => Promise.resolve(row) });
    return {
      cascades: one({ id: 'c1', roots: ['rpm/libstone'], why: 'a test', startedAt: '2026-01-31T09:30:00.000Z' }),
      rebuilds: { get: (id: string) => Promise.resolve(id === rebuild().id ? rebuild() : undefined) },
      validated: { get: (id: string) => Promise.resolve(validated[id]) },
      builds: { where: () => Promise.resolve(taken.map((one) => ({ nvr: one, state: 'complete' }))) },
    } as unknown as Outside['read'];
  };
  const made = (release: ReleaseRow, row = rebuild(), read = knows()) =>
    sourceOfRebuild(read, bumps, release, row, signal);
  const head = (): string => world.git('libmill', 'rev-parse', 'main').trim();

  it('with nvr: commit, it is a bump; asked for again the same; tried again what came after it', async () => {
    const release = releaseOf({ nvr: 'commit' });
    const first = await made(release);
    expect(first).toEqual({ ...built, commit: head() });
    expect(world.git('libmill', 'show', 'main:libmill.spec')).toContain('Release: 2%{?dist}');
    expect(world.git('libmill', 'log', '-1', '--format=%s')).toBe('Rebuilt for libstone (cascade c1)\n');
    const fixed = world.commit('libmill', { 'mill.c': 'int mill;\n' }, 'Fix');
    expect(await made(release)).toEqual(first);
    expect(await made(release, rebuild({ attempt: 2 }))).toEqual({ ...built, commit: fixed });
  });

  it('what is read at one door is pushed at another, and built from where it is read', async () => {
    const server = await startGitServer({ root: world.root });
    server.beforePush(() => Promise.reject(new Error('nothing is pushed here')));
    const rpm = { git: `${server.url}/{name}.git`, push_to: `file://${world.root}/{name}.git` };
    const source = await made(releaseOf({ nvr: 'commit' }, rpm));
    await server.stop();
    expect(source).toEqual({ kind: 'git', url: `${server.url}/libmill.git`, commit: head() });
    expect(head()).not.toBe(built.commit);
  });

  it('a source that the change names is taken as it is, and other strategies change nothing', async () => {
    const named = { ...built, commit: 'a'.repeat(40) };
    expect(await made(releaseOf({ nvr: 'commit' }), rebuild({ source: named }))).toEqual(named);
    const apart = { match: [component], nvr: 'dist', reason: 'its own tool bumps it' };
    expect(await made(releaseOf({ nvr: 'commit', components: [apart] }))).toEqual(built);
    expect(await made(releaseOf({}))).toEqual(built);
    expect(head()).toBe(built.commit);
  });

  it('source: last-built leaves the head alone, or asks before a bump takes it along', async () => {
    world.commit('libmill', { 'mill.c': 'int mill;\n' }, 'Never built');
    expect(await made(releaseOf({ source: 'last-built' }))).toEqual(built);
    const asked = made(releaseOf({ source: 'last-built', nvr: 'commit' }));
    await expect(asked).rejects.toMatchObject({
      code: 'head-never-built',
      kind: 'invalid',
      remedy: expect.any(String),
    });
    const left = made(releaseOf({ source: 'last-built', nvr: 'commit', when_unbuilt: 'skip' }));
    await expect(left).rejects.toMatchObject({ code: headLeftOut, message: expect.stringContaining('Never built') });
    const taken = await made(releaseOf({ source: 'last-built', nvr: 'commit', unbuilt: 'take' }));
    expect(taken).toEqual({ ...built, commit: head() });
  });

  it.each(['none', 'dist'])('with nvr: %s, a head that was never built asks or is left out, too', async (nvr) => {
    const [asks, skips] = (['ask', 'skip'] as const).map((when_unbuilt) => releaseOf({ nvr, when_unbuilt }));
    expect(await made(asks!)).toEqual(built);
    world.commit('libmill', { 'mill.c': 'int mill;\n' }, 'Never built');
    await expect(made(asks!)).rejects.toMatchObject({ code: 'head-never-built', remedy: expect.any(String) });
    await expect(made(skips!)).rejects.toMatchObject({ code: headLeftOut });
    expect(await made(releaseOf({ nvr }))).toEqual({ ...built, commit: head() });
  });

  it('with a dist, a name that is taken, not newer or newer than the next release is refused before a push', async () => {
    const release = releaseOf({ nvr: 'commit', dist: '.fc43', next_releases: ['next'] });
    const taken = made(release, rebuild(), knows({ taken: ['libmill-1.0-2.fc43'] }));
    await expect(taken).rejects.toMatchObject({ code: 'nvr-taken', remedy: expect.stringContaining('2.fc43.1') });
    const old = made(release, rebuild(), knows({ nvr: 'libmill-1.0-5.fc43' }));
    await expect(old).rejects.toMatchObject({ code: 'nvr-not-newer' });
    const broken = made(release, rebuild(), knows({ next: 'libmill-1.0-1.fc44' }));
    await expect(broken).rejects.toMatchObject({
      code: 'upgrade-path-broken',
      message: expect.stringContaining('next'),
    });
    expect(head()).toBe(built.commit);
    expect(await made(release)).toEqual({ ...built, commit: head() });
  });

  it('a pull request waits for a person, once, and its merge is what is built', async () => {
    const rpm = { push: 'pull-request', forge: 'src', project: 'rpms/{name}' };
    const release = releaseOf({ nvr: 'commit' }, rpm);
    const waits = { code: 'pull-request-open', kind: 'invalid', remedy: expect.stringContaining('cascade retry c1') };
    await expect(made(release)).rejects.toMatchObject(waits);
    await expect(made(release)).rejects.toMatchObject(waits);
    expect(forge.pulls).toHaveLength(1);
    world.git('libmill', 'update-ref', 'refs/heads/main', forge.pulls[0]!.from);
    forge.merge(1, head());
    expect(await made(release)).toEqual({ ...built, commit: head() });
    const strange = releaseOf({ nvr: 'commit' }, { ...rpm, forge: 'other' });
    await expect(made(strange)).rejects.toMatchObject({ code: 'forge-unknown' });
  });

  it('the merge of a bump that its rebuild waited for is a change, which builds it; a bump pushed directly is none', async () => {
    const rpm = { push: 'pull-request', forge: 'src', project: 'rpms/{name}' };
    const bump = (await made(releaseOf({ nvr: 'commit' }))) as typeof built;
    const failed = { get: () => Promise.resolve(rebuild({ state: 'failed' })) };
    const read = { ...knows(), rebuilds: failed } as unknown as Outside['read'];
    const own = (row: ReleaseRow) => ownCommits(read, bumps, row, [{ component, source: bump, nvr: null }], signal);
    expect(await own(releaseOf({ nvr: 'commit' }, rpm))).toEqual([]);
    expect(await own(releaseOf({ nvr: 'commit' }))).toHaveLength(1);
  });

  it('what the builder on this machine never built is built as it is', async () => {
    const read = { ...knows(), validated: { get: () => Promise.resolve(undefined) } } as unknown as Outside['read'];
    expect(await made(releaseOf({ nvr: 'commit' }), rebuild({ system: 'local-rpm' }), read)).toEqual(built);
    expect(await made(releaseOf({ nvr: 'commit' }), rebuild(), read)).toEqual({ ...built, commit: head() });
    expect(head()).not.toBe(built.commit);
  });

  it('a commit is ours by the marker of a rebuild of the same component and release, and by nothing else', async () => {
    const release = releaseOf({ nvr: 'commit' });
    const bump = (await made(release)) as typeof built;
    const own = (row: ReleaseRow, commit: string) =>
      ownCommits(knows(), bumps, row, [{ component, source: { ...built, commit }, nvr: null }], signal);
    expect(await own(release, bump.commit)).toEqual([{ component, because: expect.stringContaining('c1') }]);
    expect(await own({ ...release, id: 'other' }, bump.commit)).toEqual([]);
    expect(await own(release, built.commit)).toEqual([]);
    const lost = world.commit('libmill', {}, 'Rebuilt\n\nMillrace-Rebuild: c0/rpm/libmill/1.1');
    expect(await own(release, lost)).toEqual([{ component, because: expect.stringContaining('our own bump for c0') }]);
    const claimed = world.commit('libmill', {}, 'Mine\n\nMillrace-Rebuild: c1/rpm/other/1.1');
    expect(await own(release, claimed)).toEqual([]);
  });
});
