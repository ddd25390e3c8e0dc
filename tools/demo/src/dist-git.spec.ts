import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOut, commitOverlay, kinds, makeDistGit, push } from './dist-git';

let dir: string;
const env = process.env;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-git-'));
  for (const kind of kinds) {
    mkdirSync(join(dir, 'example', kind, `${kind}-one`), { recursive: true });
    writeFileSync(join(dir, 'example', kind, `${kind}-one`, 'file'), 'first\n');
  }
});
afterEach(() => rmSync(dir, { recursive: true }));

function head(repository: string, path: string): string {
  return execFileSync('git', ['-C', repository, 'show', `main:${path}`], { encoding: 'utf8' });
}

test('each folder becomes a repository; a push of a fix arrives on main', async () => {
  expect(await makeDistGit(join(dir, 'dist-git'), join(dir, 'example'), env)).toBe(3);
  const bare = join(dir, 'dist-git', 'rpms', 'rpms-one');
  expect(head(bare, 'file')).toBe('first\n');
  const checkout = join(dir, 'ada', 'one');
  await checkOut(bare, checkout, env);
  await checkOut(bare, checkout, env);
  mkdirSync(join(dir, 'overlay'));
  writeFileSync(join(dir, 'overlay', 'file'), 'second\n');
  const commit = await commitOverlay(checkout, join(dir, 'overlay'), { name: 'Ada', mail: 'ada@x' }, 'fix', env);
  expect(head(bare, 'file')).toBe('first\n');
  await push(checkout, env);
  expect(head(bare, 'file')).toBe('second\n');
  expect(execFileSync('git', ['-C', bare, 'rev-parse', 'main'], { encoding: 'utf8' }).trim()).toBe(commit);
});

test('what git says is told when it fails', async () => {
  await expect(checkOut(join(dir, 'nothing'), join(dir, 'x'), env)).rejects.toThrow(/git clone failed .*nothing/);
});
