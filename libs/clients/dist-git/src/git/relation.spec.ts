import { join } from 'node:path';
import { createDistGit, type DistGit } from '../dist-git';
import { gitWorld, type GitWorld } from '../fake';

const trailer = (n: number): string => `Rebuilt for libstone\n\nMillrace-Rebuild: c${n}/rpm/mill/1.1`;

describe('how a commit stands to one of another branch', () => {
  let world: GitWorld;
  let git: DistGit;
  let first: string;
  let count = 0;
  const name = (): string => `mill${count}`;
  const at = (commit: string, branch = 'main', repository = name()) => ({
    remote: { url: join(world.root, `${repository}.git`), branch },
    commit,
  });
  const commit = (subject: string, branch: string): string => world.commit(name(), {}, subject, branch);

  beforeAll(() => {
    world = gitWorld();
    git = createDistGit({ work: join(world.dir, 'work'), author: { name: 'Millrace', mail: 'm@mill.example' } });
  });
  afterAll(() => world.remove());
  beforeEach(() => {
    count += 1;
    world.repository(name(), { 'mill.spec': 'Name: mill\n' });
    first = world.git(name(), 'rev-parse', 'main').trim();
  });

  test('behind: it is contained, also far behind', async () => {
    const tree = world.git(name(), 'rev-parse', 'main^{tree}').trim();
    let last = first;
    for (let n = 0; n < 60; n++) last = world.git(name(), 'commit-tree', tree, '-p', last, '-m', `Update ${n}`).trim();
    world.git(name(), 'update-ref', 'refs/heads/main', last);
    world.git(name(), 'update-ref', 'refs/heads/stable', last);
    expect(await git.relation(at(last), at(first))).toEqual({ how: 'behind', commits: [] });
    expect(await git.relation(at(last), at(last, 'stable'))).toMatchObject({ how: 'behind' });
  });

  test('ahead: the other branch has it, but later', async () => {
    const second = commit('Update', 'main');
    const relation = await git.relation(at(first), at(second));
    expect(relation).toMatchObject({ how: 'ahead', commits: [{ id: second, subject: 'Update' }] });
  });

  test('apart: it has commits of its own, in a branch or in another repository', async () => {
    const own = commit('A patch of ours', 'stable');
    const second = commit('Update', 'main');
    expect(await git.relation(at(second), at(own, 'stable'))).toMatchObject({
      how: 'apart',
      commits: [{ subject: 'A patch of ours' }],
    });
    world.repository('other', { 'mill.spec': 'Name: mill\nVersion: 9\n' });
    const strange = world.git('other', 'rev-parse', 'main').trim();
    expect(await git.relation(at(second), at(strange, 'main', 'other'))).toMatchObject({ how: 'apart' });
    expect(await git.relation(at(second), at('b'.repeat(40), 'stable'))).toEqual({ how: 'apart', commits: [] });
  });

  test('bumped: all that it has of its own are bumps of ours', async () => {
    commit(trailer(1), 'stable');
    const bump = commit(trailer(2), 'stable');
    const second = commit('Update', 'main');
    const relation = await git.relation(at(second), at(bump, 'stable'));
    expect(relation).toMatchObject({ how: 'bumped', commits: [{ id: bump }, {}] });
    const patched = commit('A patch of ours', 'stable');
    expect(await git.relation(at(second), at(patched, 'stable'))).toMatchObject({ how: 'apart' });
  });

  test('what is not there is named', async () => {
    expect(await git.relation(at('a'.repeat(40)), at(first))).toMatchObject({ code: 'commit-unknown' });
    expect(await git.relation(at('--all'), at(first))).toMatchObject({ code: 'commit-unknown' });
    const own = 'c'.repeat(40);
    expect(await git.relation(at(first), at(own, 'gone'))).toMatchObject({ code: 'dist-git-unknown', kind: 'missing' });
  });
});
