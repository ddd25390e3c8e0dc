import { isRefusal, refuse } from '@millrace/kernel';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDistGit, type BumpOrder, type DistGit, type Edit } from './dist-git';
import { gitWorld, type GitWorld } from './fake';
import type { Access, Remote } from './index';

interface Line {
  /** The address of a repository of the world. */
  url(world: GitWorld, name: string): string;
  readonly access?: Access;
}

/** Counts the release up: `Release: N`. */
function countUp(spec: string): Edit | ReturnType<typeof refuse> {
  const release = /^Release: (\d+)$/m.exec(spec);
  if (!release) return refuse('spec-not-bumpable', 'it has no Release', 'give it one');
  return { how: 'edited', text: spec.replace(release[0], `Release: ${Number(release[1]) + 1}`) };
}

const spec = 'Name: libmill\nVersion: 1.0\nRelease: 1\n';

export function orderFor(remote: Remote, lastBuilt: string | null, id = 'c1/rpm/libmill/1'): BumpOrder {
  const subject = 'Rebuilt for libstone 2.0 (cascade c1)';
  return { remote, id, subject, at: '2026-01-31T09:30:00.000Z', lastBuilt, unbuilt: 'refuse', edit: countUp };
}

/** What every line to a git server has to promise. */
export function distGitSuite(over: string, start: (world: GitWorld) => Promise<Line>): void {
  describe(`dist-git over ${over}`, () => {
    let world: GitWorld;
    let line: Line;
    let git: DistGit;
    let remote: Remote;
    let first: string;

    beforeAll(async () => {
      world = gitWorld();
      line = await start(world);
    });
    afterAll(() => world.remove());

    let number = 0;
    beforeEach(() => {
      const name = `rpms/libmill${(number += 1)}`;
      world.repository(name, { 'libmill.spec': spec, 'mill.c': 'int mill;\n' });
      remote = { url: line.url(world, name), branch: 'main' };
      first = world.git(name, 'rev-parse', 'main').trim();
      const author = { name: 'Millrace', mail: 'millrace@mill.example' };
      git = createDistGit({ work: join(world.dir, 'work'), author, ...(line.access ? { access: line.access } : {}) });
    });
    afterEach(() => expect(readdirSync(join(world.dir, 'work'))).toEqual([]));

    const name = (): string => `rpms/libmill${number}`;
    const log = (format: string): string[] =>
      world.git(name(), 'log', `--format=${format}`, 'main').split('\n').filter(Boolean);
    const marked = (): string[] => log('%(trailers:key=Millrace-Rebuild,valueonly,separator=%x20)');

    test('the head and the spec are read', async () => {
      expect(await git.head(remote)).toBe(first);
      expect(await git.spec(remote)).toEqual({ file: 'libmill.spec', text: spec });
      const second = world.commit(name(), { 'libmill.spec': spec.replace('1.0', '1.1') }, 'Update');
      expect(await git.head(remote)).toBe(second);
      expect(await git.spec(remote, first)).toEqual({ file: 'libmill.spec', text: spec });
      expect(await git.spec(remote, 'a'.repeat(40))).toMatchObject({ code: 'commit-unknown' });
      expect(await git.spec(remote, '--upload-pack=x')).toMatchObject({ code: 'commit-unknown' });
    });

    test('a bump is one commit on top, ours by name and marker, with one file changed', async () => {
      const bumped = await git.bump(orderFor(remote, first));
      expect(bumped).toMatchObject({ how: 'made', commit: world.git(name(), 'rev-parse', 'main').trim() });
      expect(log('%an <%ae> %cI %s')).toEqual([
        'Millrace <millrace@mill.example> 2026-01-31T09:30:00+00:00 Rebuilt for libstone 2.0 (cascade c1)',
        expect.stringContaining('Import'),
      ]);
      expect(marked()).toEqual(['c1/rpm/libmill/1']);
      expect(world.git(name(), 'show', 'main:libmill.spec')).toContain('Release: 2');
      expect(world.git(name(), 'diff', '--name-only', 'main~1', 'main')).toBe('libmill.spec\n');
    });

    test('asked for again, the commit that is there is found, whoever pushed meanwhile', async () => {
      const bumped = await git.bump(orderFor(remote, first));
      const head = world.commit(name(), { 'mill.c': 'int more;\n' }, 'More');
      const again = await git.bump(orderFor(remote, first));
      const commit = isRefusal(bumped) ? '' : bumped.commit;
      expect(again).toEqual({ how: 'found', commit, head });
      expect(await git.commit(remote, commit)).toMatchObject({ id: commit, marker: 'c1/rpm/libmill/1' });
      expect(await git.commit(remote, head)).toMatchObject({ id: head, subject: 'More', marker: null });
      expect(await git.commit(remote, first)).toMatchObject({ id: first, subject: 'Import', marker: null });
      expect(await git.commit(remote, 'b'.repeat(40))).toMatchObject({ code: 'commit-unknown' });
      expect(marked()).toEqual(['c1/rpm/libmill/1']);
    });

    test('another rebuild is another commit', async () => {
      await git.bump(orderFor(remote, first));
      await git.bump(orderFor(remote, first, 'c2/rpm/libmill/1'));
      expect(marked()).toEqual(['c2/rpm/libmill/1', 'c1/rpm/libmill/1']);
      expect(world.git(name(), 'show', 'main:libmill.spec')).toContain('Release: 3');
    });

    test('a commit alone is the bump where nothing else is to be changed', async () => {
      const bumped = await git.bump({ ...orderFor(remote, first), edit: () => ({ how: 'commit-only' }) });
      expect(bumped).toMatchObject({ how: 'made' });
      expect(world.git(name(), 'diff', 'main~1', 'main')).toBe('');
      expect(marked()).toEqual(['c1/rpm/libmill/1']);
    });

    test('several at one time make one commit, and lose nobody’s', async () => {
      const ids = ['a', 'a', 'a', 'b', 'c'];
      await Promise.all(ids.map((id) => git.bump(orderFor(remote, first, id))));
      expect(marked().sort()).toEqual(['a', 'b', 'c']);
      expect(world.git(name(), 'show', 'main:libmill.spec')).toContain('Release: 4');
    });

    test('commits that were never built are a list; the bump asks, or takes them along', async () => {
      const fix = world.commit(name(), { 'mill.c': 'int fixed;\n' }, 'Fix the mill');
      const more = world.commit(name(), { 'mill.c': 'int better;\n' }, 'Better');
      expect(await git.unbuilt(remote, first)).toMatchObject({
        head: more,
        commits: [
          { id: more, subject: 'Better', author: 'Ada <ada@mill.example>', marker: null },
          { id: fix, subject: 'Fix the mill' },
        ],
      });
      expect(await git.unbuilt(remote, more)).toEqual({ head: more, commits: [] });
      const survey = await git.survey(remote, first);
      expect(survey).toMatchObject({ head: more, spec: { file: 'libmill.spec' }, unbuilt: { head: more } });
      expect(survey.unbuilt).toEqual(await git.unbuilt(remote, first));
      expect(await git.survey(remote, null)).toMatchObject({ head: more, unbuilt: null });
      const refused = await git.bump(orderFor(remote, first));
      expect(refused).toMatchObject({ code: 'head-never-built', because: expect.stringContaining('Fix the mill') });
      expect(marked()).toEqual([]);
      expect(await git.bump({ ...orderFor(remote, first), unbuilt: 'take' })).toMatchObject({ how: 'made' });
    });

    test('a history that was replaced is refused, and stays as it is', async () => {
      const lost = world.commit(name(), { 'mill.c': 'int lost;\n' }, 'Lost');
      world.git(name(), 'update-ref', 'refs/heads/main', first);
      expect(await git.unbuilt(remote, lost)).toMatchObject({ code: 'dist-git-diverged', remedy: expect.any(String) });
      expect(await git.survey(remote, lost)).toMatchObject({ unbuilt: { code: 'dist-git-diverged' } });
      expect(await git.bump(orderFor(remote, lost))).toMatchObject({ code: 'dist-git-diverged' });
      expect(await git.head(remote)).toBe(first);
    });

    test('a commit far down in a long history is found', async () => {
      const bumped = await git.bump(orderFor(remote, first));
      const tree = world.git(name(), 'rev-parse', 'main^{tree}').trim();
      let tip = world.git(name(), 'rev-parse', 'main').trim();
      for (let n = 0; n < 60; n++) tip = world.git(name(), 'commit-tree', tree, '-p', tip, '-m', `More ${n}`).trim();
      world.git(name(), 'update-ref', 'refs/heads/main', tip);
      expect(await git.bump(orderFor(remote, first))).toEqual({ ...bumped, how: 'found', head: tip });
      expect(await git.bump(orderFor(remote, null))).toEqual({ ...bumped, how: 'found', head: tip });
      expect(await git.unbuilt(remote, first)).toMatchObject({ head: tip, commits: { length: 61 } });
    });

    test('what is refused changes nothing', async () => {
      world.commit(name(), { 'libmill.spec': 'Name: libmill\n' }, 'Forget the release');
      const head = await git.head(remote);
      expect(await git.bump(orderFor(remote, head))).toMatchObject({ code: 'spec-not-bumpable' });
      world.commit(name(), { 'other.spec': 'Name: other\n' }, 'A second spec');
      expect(await git.bump(orderFor(remote, null))).toMatchObject({ code: 'spec-missing' });
      expect(marked()).toEqual([]);
    });

    test('a spec that is a link is none', async () => {
      const blob = world.git(name(), 'hash-object', '-w', '/etc/hostname').trim();
      const list = join(world.dir, 'tree');
      spawnSync('sh', ['-c', `printf '120000 blob ${blob}\\tlibmill.spec\\n' > '${list}'`]);
      const tree = spawnSync('sh', ['-c', `git -C '${join(world.root, name())}.git' mktree < '${list}'`]).stdout;
      const commit = world.git(name(), 'commit-tree', tree.toString().trim(), '-p', first, '-m', 'Link').trim();
      world.git(name(), 'update-ref', 'refs/heads/main', commit);
      expect(await git.spec(remote)).toMatchObject({
        code: 'spec-missing',
        because: expect.stringContaining('regular'),
      });
    });

    test('a protected branch is a refusal that says what to do', async () => {
      world.protect(name(), 'main');
      expect(await git.bump(orderFor(remote, first))).toMatchObject({
        code: 'push-refused',
        because: expect.stringContaining('main is protected'),
        remedy: expect.stringContaining('pull-request'),
      });
      expect(await git.head(remote)).toBe(first);
    });

    test('what is not there is said to be missing', async () => {
      await expect(git.head({ ...remote, branch: 'none' })).rejects.toMatchObject({ code: 'dist-git-unknown' });
      await expect(git.bump(orderFor({ ...remote, branch: 'none' }, null))).rejects.toMatchObject({ kind: 'missing' });
      const nowhere = { ...remote, url: line.url(world, 'rpms/none') };
      await expect(git.head(nowhere)).rejects.toMatchObject({ code: 'dist-git-unknown', kind: 'missing' });
    });

    test('attributes and submodules of a repository do nothing to us', async () => {
      world.commit(
        name(),
        { '.gitattributes': '*.spec filter=evil\n', '.gitmodules': '[submodule "x"]\n\tpath=x\n\turl=-x\n' },
        'X',
      );
      expect(await git.bump(orderFor(remote, null))).toMatchObject({ how: 'made' });
    });

    test('broken off at any moment, the bump is made once in the end', async () => {
      const started = Date.now();
      await git.bump(orderFor(remote, first, 'warm-up'));
      const whole = Date.now() - started;
      const ids = Array.from({ length: 8 }, (_, n) => `cut-${n}`);
      for (const [n, id] of ids.entries()) {
        const cut = AbortSignal.timeout(Math.max(1, Math.round((whole * (n + 1)) / ids.length)));
        await git.bump({ ...orderFor(remote, null, id), unbuilt: 'take' }, cut).catch(() => null);
        expect(await git.bump({ ...orderFor(remote, null, id), unbuilt: 'take' })).toMatchObject({
          commit: expect.any(String),
        });
      }
      expect(marked().sort()).toEqual([...ids, 'warm-up'].sort());
      expect(world.git(name(), 'fsck', '--strict')).toBe('');
    });
  });
}
