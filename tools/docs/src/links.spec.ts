import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...under('docs'),
  ...['apps', 'libs', 'libs/clients', 'tools', 'examples', '.'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  ),
].filter((page) => page.endsWith('.md') && existsSync(join(root, page)));

function under(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(root.length + 1));
}

/** Whatever tests, by its path. */
const tests = ['apps', 'libs', 'tools', 'e2e']
  .flatMap(under)
  .filter((path) => /\.(spec|e2e|suite)\.ts$/.test(path) && !/\/(node_modules|dist)\//.test(path));

/** `a/{b,c}.spec.ts` stands for two. */
function spread(name: string): readonly string[] {
  const [, head, middle, tail] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
  return middle === undefined ? [name] : middle.split(',').map((one) => head! + one.trim() + tail!);
}

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
}

describe.each(pages)('%s', (page) => {
  test('links only to what is there', () => {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    const local = links.filter((link) => !/^(https?:|mailto:|#)/.test(link)).map((link) => link.split('#')[0]!);
    expect(local.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  test('names only files that are there', () => {
    const named = [...textOf(page).matchAll(/`((?:apps|libs|tools|docs|docker|examples)\/[\w./-]+)`/g)].map(
      (m) => m[1]!,
    );
    const wanted = named.filter((path) => !/dist\/|NAME|APP/.test(path));
    expect(wanted.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names only tests that are there', () => {
    const named = [...textOf(page).matchAll(/`([\w./{},-]+\.(?:spec|e2e|suite)\.ts)`/g)].flatMap((m) => spread(m[1]!));
    expect(named.filter((name) => !tests.some((path) => `/${path}`.endsWith(`/${name}`)))).toEqual([]);
  });

  test('names only commands of npm that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const text = readFileSync(join(root, page), 'utf8');
    const named = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
