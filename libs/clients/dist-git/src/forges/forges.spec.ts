import { isRefusal } from '@millrace/kernel';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createDistGit, type BumpOrder, type DistGit } from '../dist-git';
import { orderFor } from '../dist-git.suite';
import { gitWorld, startFakeForge, type FakeForge, type GitWorld } from '../fake';
import forgejoAnswer from '../fixtures/forgejo.json';
import githubAnswer from '../fixtures/github.json';
import gitlabAnswer from '../fixtures/gitlab.json';
import pagureAnswer from '../fixtures/pagure.json';
import { branchOf, markerOf } from '../marker';
import { forgejoPull, forgeKinds, githubPull, gitlabRequest, pagureRequests, type ForgeSettings } from '../schema';
import { connectToForge } from './connect';
import type { Forge } from './forge';

const project = 'rpms/libmill';
const id = 'c1/rpm/libmill/1';
const wanted = { project, from: branchOf(id), to: 'main', marker: markerOf(id) };

describe.each(forgeKinds)('pull requests on %s', (kind) => {
  let world: GitWorld;
  let server: FakeForge;
  let forge: Forge;
  let git: DistGit;
  let order: BumpOrder;
  let settings: ForgeSettings;

  beforeEach(async () => {
    world = gitWorld();
    world.repository(project, { 'libmill.spec': 'Name: libmill\nVersion: 1.0\nRelease: 1\n' });
    world.protect(project, 'main');
    server = await startFakeForge(kind, project);
    settings = { kind, address: server.url, token_file: join(world.dir, 'token') };
    writeFileSync(settings.token_file, `${server.token}\n`);
    forge = connectToForge(settings);
    git = createDistGit({ work: join(world.dir, 'work'), author: { name: 'Millrace', mail: 'millrace@mill.example' } });
    const remote = { url: join(world.root, `${project}.git`), branch: 'main' };
    order = { ...orderFor(remote, null, id), pullRequest: { forge, project } };
  });
  afterEach(async () => {
    await server.stop();
    world.remove();
  });

  const branches = (): string[] => world.git(project, 'branch', '--format=%(refname:short)').trim().split('\n');

  test('a protected branch gets a request, with one commit of ours on a branch of its own', async () => {
    const bumped = await git.bump(order);
    expect(bumped).toMatchObject({ how: 'proposed', request: { number: 1, state: 'open', mergedAs: null } });
    expect(branches()).toEqual(['main', wanted.from]);
    const marker = '%(trailers:key=Millrace-Rebuild,valueonly,separator=%x20)';
    expect(world.git(project, 'log', `--format=${marker}`, `main..${wanted.from}`)).toBe(`${id}\n`);
    expect(server.pulls).toEqual([
      expect.objectContaining({
        ...{ from: wanted.from, to: 'main', title: 'Rebuilt for libstone 2.0 (cascade c1)' },
        body: expect.stringContaining(wanted.marker),
      }),
    ]);
  });

  test('asked for again, it is found by its marker; nothing is made twice', async () => {
    const first = await git.bump(order);
    server.has({ from: 'somebody/else', to: 'main', body: wanted.marker });
    server.has({ from: wanted.from, to: 'main', body: 'not ours', state: 'closed' });
    expect(await git.bump(order)).toEqual(first);
    expect(server.pulls.filter(({ body, from }) => from === wanted.from && body.includes(id))).toHaveLength(1);
  });

  test('an answer that was lost is not asked for by a second request', async () => {
    server.loseNextAnswer();
    await expect(git.bump(order)).rejects.toMatchObject({ code: 'forge-unreachable', kind: 'unavailable' });
    expect(await git.bump(order)).toMatchObject({ how: 'proposed', request: { number: 1 } });
    expect(server.pulls).toHaveLength(1);
  });

  test('a merge by hand is seen: with the commit itself, or squashed without the marker', async () => {
    const bumped = await git.bump(order);
    const squashed = world.git(project, 'commit-tree', `${wanted.from}^{tree}`, '-p', 'main', '-m', 'Squashed').trim();
    world.git(project, 'update-ref', 'refs/heads/main', squashed);
    server.merge(1, squashed);
    expect(await git.bump(order)).toMatchObject({ how: 'merged', commit: squashed, request: { state: 'merged' } });
    world.git(project, 'update-ref', 'refs/heads/main', wanted.from);
    expect(await git.bump(order)).toMatchObject({ how: 'found', commit: isRefusal(bumped) ? '' : bumped.commit });
  });

  test('a request that a person closed is not opened again', async () => {
    await git.bump(order);
    server.close(1);
    expect(await git.bump(order)).toMatchObject({
      code: 'pull-request-closed',
      remedy: expect.stringContaining('skip'),
    });
    expect(server.pulls).toHaveLength(1);
  });

  test('a head that was never built is refused before anything is pushed', async () => {
    const built = world.git(project, 'rev-parse', 'main').trim();
    const tip = world.git(project, 'commit-tree', 'main^{tree}', '-p', 'main', '-m', 'Fix').trim();
    world.git(project, 'update-ref', 'refs/heads/main', tip);
    expect(await git.bump({ ...order, lastBuilt: built })).toMatchObject({ code: 'head-never-built' });
    expect(branches()).toEqual(['main']);
    expect(server.pulls).toEqual([]);
  });

  test('a branch of ours with somebody’s commit is left alone', async () => {
    world.commit(project, { 'libmill.spec': 'Name: other\n' }, 'Mine', wanted.from);
    expect(await git.bump(order)).toMatchObject({ code: 'branch-taken' });
  });

  test('our request is found among many', async () => {
    await git.bump(order);
    for (let n = 0; n < 120; n++) server.has({ from: `branch-${n}`, to: 'main' });
    expect(await forge.find(wanted)).toMatchObject({ number: 1 });
    expect(await forge.find({ ...wanted, marker: markerOf('c2') })).toBeNull();
  });

  test('a token that is wrong, missing or for another project is said', async () => {
    writeFileSync(settings.token_file, 'wrong\n');
    await expect(forge.find(wanted)).rejects.toMatchObject({ code: 'forge-forbidden', kind: 'forbidden' });
    writeFileSync(settings.token_file, '');
    await expect(forge.find(wanted)).rejects.toMatchObject({ code: 'forge-forbidden' });
    writeFileSync(settings.token_file, server.token);
    await expect(forge.find({ ...wanted, project: 'rpms/none' })).rejects.toMatchObject({
      code: 'forge-project-unknown',
    });
    await server.stop();
    const fault = forge.find(wanted);
    await expect(fault).rejects.toMatchObject({ code: 'forge-unreachable' });
    await expect(fault).rejects.not.toMatchObject({ message: expect.stringContaining(server.token) });
  });
});

test('answers of the real servers are read', () => {
  expect(z.array(forgejoPull).parse(forgejoAnswer)).toMatchObject([{ number: 7, merged: true }]);
  expect(z.array(githubPull).parse(githubAnswer)).toMatchObject([{ number: 7, merged_at: null }]);
  expect(z.array(gitlabRequest).parse(gitlabAnswer)).toMatchObject([{ iid: 7, state: 'locked' }]);
  expect(pagureRequests.parse(pagureAnswer)).toMatchObject({ requests: [{ id: 7, status: 'Closed' }] });
});
