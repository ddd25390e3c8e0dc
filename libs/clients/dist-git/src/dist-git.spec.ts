import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDistGit } from './dist-git';
import { distGitSuite, orderFor } from './dist-git.suite';
import { gitWorld, startGitServer, type GitServer, type GitWorld } from './fake';
import { addressOf, gitConfiguration } from './git/configuration';
import { access } from './schema';

const author = { name: 'Millrace', mail: 'millrace@mill.example' };
const spec = 'Name: libmill\nVersion: 1.0\nRelease: 1\n';
const password = 'p4ss w0rd!';
const servers: GitServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

distGitSuite('file', async () => ({ url: (world, name) => join(world.root, `${name}.git`) }));

distGitSuite('http, with a password in a file', async (world) => {
  const file = join(world.dir, 'credentials');
  writeFileSync(file, `username=mill\npassword=${password}\n`, { mode: 0o600 });
  const server = await startGitServer({ root: world.root, user: { name: 'mill', password } });
  servers.push(server);
  return {
    url: (_, name) => `${server.url}/${name}.git`,
    access: access.parse({ credentials: [{ address: server.url, file }] }),
  };
});

describe('a line that breaks', () => {
  let world: GitWorld;
  let server: GitServer;
  beforeEach(async () => {
    world = gitWorld();
    world.repository('libmill', { 'libmill.spec': spec });
    server = await startGitServer({ root: world.root });
  });
  afterEach(async () => {
    await server.stop();
    world.remove();
  });
  const there = () => ({ url: `${server.url}/libmill.git`, branch: 'main' });
  const commits = (): string[] => world.git('libmill', 'log', '--format=%s', 'main').trim().split('\n');

  test.each(['before', 'after'] as const)('%s the server has taken the push: there is one commit', async (when) => {
    const git = createDistGit({ work: join(world.dir, 'work'), author });
    server.cutNextPush(when);
    const bumped = await git.bump(orderFor(there(), null));
    expect(bumped).toMatchObject({ how: when === 'before' ? 'made' : 'found' });
    expect(commits()).toEqual(['Rebuilt for libstone 2.0 (cascade c1)', 'Import']);
  });

  test('somebody else was faster: it is read again, and nothing of theirs is lost', async () => {
    const git = createDistGit({ work: join(world.dir, 'work'), author });
    let left = 3;
    server.beforePush(() => {
      if (left > 0) world.commit('libmill', { 'mill.c': `int x${left};\n` }, `Faster ${left--}`);
    });
    const bumped = await git.bump({ ...orderFor(there(), null), unbuilt: 'take' });
    expect(bumped).toMatchObject({ how: 'made' });
    expect(commits()).toEqual(['Rebuilt for libstone 2.0 (cascade c1)', 'Faster 1', 'Faster 2', 'Faster 3', 'Import']);
  });

  test('somebody who is always faster is a fault that passes', async () => {
    const git = createDistGit({ work: join(world.dir, 'work'), author });
    let n = 0;
    server.beforePush(() => void world.commit('libmill', { 'mill.c': `int x${(n += 1)};\n` }, `Faster ${n}`));
    const bump = git.bump({ ...orderFor(there(), null), unbuilt: 'take' });
    await expect(bump).rejects.toMatchObject({ code: 'dist-git-busy', kind: 'unavailable' });
    expect(commits().filter((subject) => subject.startsWith('Rebuilt'))).toEqual([]);
  });

  test('a server that is away is a fault that passes', async () => {
    const git = createDistGit({ work: join(world.dir, 'work'), author });
    const remote = there();
    await server.stop();
    await expect(git.head(remote)).rejects.toMatchObject({ code: 'dist-git-unreachable', kind: 'unavailable' });
  });

  test('what a killed process left is removed', async () => {
    const work = join(world.dir, 'work');
    mkdirSync(join(work, 'git-dead', 'bare.git'), { recursive: true });
    await createDistGit({ work, author }).head(there());
    expect(readdirSync(work)).toEqual([]);
  });

  test('a server that asks for a password that nobody gave is forbidden, and nobody is asked', async () => {
    const closed = await startGitServer({ root: world.root, user: { name: 'mill', password } });
    servers.push(closed);
    const git = createDistGit({ work: join(world.dir, 'work'), author });
    const fault = git.head({ url: `${closed.url}/libmill.git`, branch: 'main' });
    await expect(fault).rejects.toMatchObject({ code: 'dist-git-forbidden', kind: 'forbidden' });
  });
});

describe('over ssh', () => {
  test('git calls ssh with the key, knows hosts only from the file, and the word goes through', async () => {
    const world = gitWorld();
    world.repository('libmill', { 'libmill.spec': spec });
    const [key, hosts] = [join(world.dir, 'key'), join(world.dir, 'known_hosts')];
    for (const file of [key, hosts]) writeFileSync(file, '');
    const command = gitConfiguration(access.parse({ ssh: { key_file: key, known_hosts_file: hosts } }));
    expect(command).toContain(`-o StrictHostKeyChecking=yes -i '${key}'`);
    expect(command).toContain(`-o UserKnownHostsFile='${hosts}'`);
    // git's own ssh is replaced by one that runs the server's side here: the rest of the way is the real one.
    const config = join(world.dir, 'ssh.conf');
    const ssh = join(world.dir, 'ssh');
    writeFileSync(ssh, '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n');
    chmodSync(ssh, 0o755);
    writeFileSync(config, command.replace(/sshCommand = .*/, `sshCommand = ${ssh}`));
    const address = addressOf(`ssh://git@src.example${join(world.root, 'libmill.git')}`);
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: '1' };
    const read = spawnSync('git', ['ls-remote', '--', address, 'refs/heads/main'], {
      env: { ...env, GIT_SSH_VARIANT: 'ssh' },
    });
    expect([read.status, read.stdout.toString()]).toEqual([
      0,
      expect.stringMatching(/^[0-9a-f]{40}\trefs\/heads\/main/),
    ]);
    world.remove();
  });
});

describe('addresses', () => {
  test.each([
    ['/srv/git/libmill', 'file:///srv/git/libmill'],
    ['https://src.example/rpms/libmill', 'https://src.example/rpms/libmill'],
    ['ssh://git@src.example/rpms/libmill', 'ssh://git@src.example/rpms/libmill'],
    ['http://127.0.0.1:4000/libmill', 'http://127.0.0.1:4000/libmill'],
  ])('%s is used', (url, as) => expect(addressOf(url)).toBe(as));

  test.each([
    'http://src.example/rpms/libmill',
    'git://src.example/libmill',
    'ext::sh -c evil',
    'https://user:secret@src.example/libmill',
    'https://token@src.example/libmill',
    'ssh://-oProxyCommand=evil/libmill',
    '--upload-pack=evil',
    'libmill',
    'file:///a\nb',
  ])('%s is refused, and no secret is repeated', (url) => {
    expect(() => addressOf(url)).toThrow(expect.objectContaining({ code: 'dist-git-address', kind: 'invalid' }));
    expect(() => addressOf(url)).not.toThrow(/secret|token@/);
  });

  test.each(["/a'b", '/a b', 'relative', '/a;b', '/a$(b)'])('%s is no file of credentials', (file) => {
    expect(access.safeParse({ credentials: [{ address: 'https://a.example', file }] }).success).toBe(false);
  });
});

test('no secret is on a command line or in a log: it stands in its file, and git reads it there', () => {
  const file = '/etc/millrace/src.example';
  const text = gitConfiguration(access.parse({ credentials: [{ address: 'https://src.example', file }] }));
  expect(text).toContain(`cat '${file}'`);
  const sources = readdirSync(__dirname, { recursive: true }).filter((name) => String(name).endsWith('.ts'));
  const reading = sources.filter((name) => /readFile/.test(readFileSync(join(__dirname, String(name)), 'utf8')));
  expect(reading.map(String).filter((name) => !/spec|suite|fake/.test(name))).toEqual(['forges/call.ts']);
});
