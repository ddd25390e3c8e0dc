import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceOf } from './source-of';

const path = process.env['PATH'] ?? '';
let dir: string;

beforeEach(() => {
  dir = join(realpathSync(mkdtempSync(join(tmpdir(), 'millrace-source-'))), 'quern');
  mkdirSync(dir);
  writeFileSync(join(dir, 'quern.spec'), 'Name: quern\n');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

function git(...args: string[]): string {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org'];
  return execFileSync('git', [...who, ...args], { cwd: dir, encoding: 'utf8' }).trim();
}

function commit(): string {
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  return git('rev-parse', 'HEAD');
}

test('a clean checkout stands for its commit', async () => {
  const head = commit();
  expect(await sourceOf(dir, path, undefined)).toEqual({
    component: 'rpm/quern',
    source: { kind: 'git', url: `file://${dir}`, commit: head },
  });
});

test('uncommitted changes, and folders inside a checkout, are taken as they are', async () => {
  commit();
  writeFileSync(join(dir, 'new.c'), '');
  expect((await sourceOf(dir, path, undefined)).source).toEqual({ kind: 'folder', path: dir });
  mkdirSync(join(dir, 'sub'));
  writeFileSync(join(dir, 'sub', 'other.spec'), '');
  expect(await sourceOf(join(dir, 'sub'), path, undefined)).toEqual({
    component: 'rpm/other',
    source: { kind: 'folder', path: join(dir, 'sub') },
  });
});

test('modules, images and source packages tell what they are', async () => {
  rmSync(join(dir, 'quern.spec'));
  writeFileSync(join(dir, 'Containerfile'), 'FROM platform\n');
  expect((await sourceOf(dir, path, undefined)).component).toBe('container/quern');
  writeFileSync(join(dir, 'grinding.modulemd.yaml'), 'data:\n  name: grinding\n  stream: 1.10\n');
  expect((await sourceOf(dir, path, undefined)).component).toBe('module/grinding:1.10');
  const srpm = join(dir, 'python-mill-conf-1.0-2.mr1.src.rpm');
  writeFileSync(srpm, '');
  expect(await sourceOf(srpm, path, undefined)).toEqual({
    component: 'rpm/python-mill-conf',
    source: { kind: 'srpm', path: srpm },
  });
});

test('what cannot be told is asked for', async () => {
  writeFileSync(join(dir, 'two.spec'), '');
  await expect(sourceOf(dir, path, undefined)).rejects.toMatchObject({
    code: 'usage',
    remedy: expect.stringContaining('--component') as string,
  });
  expect((await sourceOf(dir, path, 'rpm/two')).component).toBe('rpm/two');
  await expect(sourceOf(join(dir, 'nothing'), path, undefined)).rejects.toMatchObject({ code: 'usage' });
});
