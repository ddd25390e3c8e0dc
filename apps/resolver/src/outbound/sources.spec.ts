import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sourceHeads } from './source-heads';
import { readSourceFile } from './source-file';

const folder = mkdtempSync(join(tmpdir(), 'millrace-heads-'));
afterAll(() => rmSync(folder, { recursive: true }));

function repository(name: string, files: Readonly<Record<string, string>>, branch = 'main'): void {
  const path = join(folder, 'git', name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  const git = (...args: string[]): unknown => execFileSync('git', ['-C', path, ...args], { stdio: 'pipe' });
  git('init', '--quiet', `--initial-branch=${branch}`);
  git('add', '--all');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '--message=x');
}

beforeAll(() => {
  repository('one', { Containerfile: 'FROM platform\n' });
  repository('two', { 'a.modulemd.yaml': 'x', 'b.modulemd.yaml': 'y' });
  repository('elsewhere', { x: 'x' }, 'other');
  mkdirSync(join(folder, 'git', 'no-repository'));
  mkdirSync(join(folder, 'git', '.hidden'));
  writeFileSync(join(folder, 'git', 'README'), 'x');
  execFileSync('git', ['clone', '--quiet', '--bare', join(folder, 'git/one'), join(folder, 'git/bare.git')]);
});

describe('a folder of repositories', () => {
  it('gives those that have the branch, bare ones too, and nothing else', async () => {
    const heads = await sourceHeads({ git: join(folder, 'git'), branch: 'main' }, []);
    expect(heads.map((head) => head.name)).toEqual(['bare', 'one', 'two']);
    expect(heads[1]).toMatchObject({
      url: pathToFileURL(join(folder, 'git/one')).href,
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('that is not there may come back: the import is tried again', async () => {
    const asked = sourceHeads({ git: join(folder, 'gone'), branch: 'main' }, []);
    await expect(asked).rejects.toMatchObject({ code: 'source-folder', kind: 'unavailable' });
  });
});

describe('an address with a name in it', () => {
  it('is asked for the names that may exist', async () => {
    const source = { git: `file://${folder}/git/{name}`, branch: 'main' };
    const heads = await sourceHeads(source, ['one', 'three', '../git/two', '--upload-pack=x']);
    expect(heads.map((head) => head.name)).toEqual(['one']);
  });

  it.each(['ssh://host/{name}', 'ext::sh -c x {name}', 'relative/{name}', 'relative'])('%s is refused', async (git) => {
    await expect(sourceHeads({ git, branch: 'main' }, ['one'])).rejects.toMatchObject({ code: 'source-address' });
  });
});

describe('a branch of a hostile name', () => {
  it('is no option of git', async () => {
    expect(await sourceHeads({ git: join(folder, 'git'), branch: '--exec=touch x' }, [])).toEqual([]);
  });
});

describe('the one file of a source', () => {
  it('is read at the commit', async () => {
    const [, one, two] = await sourceHeads({ git: join(folder, 'git'), branch: 'main' }, []);
    expect(await readSourceFile(one!, /^Containerfile$/, 'Containerfile')).toBe('FROM platform\n');
    await expect(readSourceFile(two!, /\.modulemd\.yaml$/, 'module')).rejects.toMatchObject({
      code: 'source-file',
      message: expect.stringContaining('more than one'),
    });
    await expect(readSourceFile(two!, /^Containerfile$/, 'Containerfile')).rejects.toMatchObject({
      message: expect.stringContaining('no Containerfile'),
    });
  });
});
