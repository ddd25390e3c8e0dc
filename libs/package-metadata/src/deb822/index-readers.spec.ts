import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openCompressed } from '../compression/open-compressed';
import { readLimits } from '../limits';
import { offersOf, readDebPackages, type DebBinary } from './packages';
import { relationText, type DebDependencies } from './relation';
import { readDebSources, type DebSource } from './sources';
import { StanzaReader } from './stanza-reader';

const fixtures = join(__dirname, 'fixtures');
const text = (all: DebDependencies): string => all.map((some) => some.map(relationText).join(' | ')).join(', ');

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const sources = (content: string, limits = readLimits): Promise<DebSource[]> =>
  all(readDebSources([Buffer.from(content)], 'Sources', limits));
const packages = (content: string): Promise<DebBinary[]> => all(readDebPackages([Buffer.from(content)]));

describe('a Sources index', () => {
  it('gives source packages with what they need', async () => {
    const [stone, quern, ...others] = await all(readDebSources(openCompressed(join(fixtures, 'Sources'))));
    expect(others).toEqual([]);
    expect(stone).toMatchObject({ name: 'millrace-stone', version: '1:1.2-3', extraSourceOnly: false });
    expect(text(stone!.buildDepends)).toBe('debhelper-compat (= 13), gcc:native [amd64] | clang, quern <!nocheck>');
    expect(text(stone!.buildDependsArch)).toBe('libsluice-dev (>= 0.9~)');
    expect(text(stone!.buildDependsIndep)).toBe('sphinx');
    expect(quern).toMatchObject({ name: 'quern', extraSourceOnly: true, buildDepends: [] });
  });
});

describe('a Packages index', () => {
  it('gives binary packages with what they need and offer', async () => {
    const [stone, quern] = await all(readDebPackages(openCompressed(join(fixtures, 'Packages'))));
    expect(stone).toMatchObject({
      ...{ name: 'libstone1', version: '1:1.2-3+b1', architecture: 'amd64', multiArch: 'same', essential: false },
      source: { name: 'millrace-stone', version: '1:1.2-3' },
    });
    expect(text(stone!.depends)).toBe('dpkg (>= 1.15.6~), libc6 (>= 2.34), libsluice0 | libsluice0-compat');
    expect(offersOf(stone!).map(({ name, version }) => [name, version])).toEqual([
      ['libstone1', '1:1.2-3+b1'],
      ['libstone-abi-1', null],
      ['libstone', '1:1.2'],
    ]);
    expect(quern).toMatchObject({ source: { name: 'quern', version: '0.9' }, essential: true, multiArch: 'foreign' });
  });
});

describe('reading paragraphs', () => {
  it('gives the same however the bytes are cut', () => {
    const content = readFileSync(join(fixtures, 'Sources'));
    const read = (cuts: readonly number[]): unknown[] => {
      const found: unknown[] = [];
      const names = ['Package', 'Binary', 'Maintainer'];
      const reader = new StanzaReader('x', names, (of) => found.push([of.line, ...names.map((_, n) => of.text(n))]));
      const places = [0, ...[...cuts].sort((a, b) => a - b), content.length];
      places.slice(1).forEach((to, n) => reader.write(content.subarray(places[n], to)));
      reader.end();
      return found;
    };
    const expected = read([]);
    expect(expected).toHaveLength(2);
    fc.assert(fc.property(fc.array(fc.nat(content.length)), (cuts) => expect(read(cuts)).toEqual(expected)));
  });

  it('takes lines that end the way of Windows, and separators with spaces in them', async () => {
    const found = await sources('Package: a\r\nVersion: 1\r\n\r\nPackage: b\nVersion: 2\n \t\nPackage: c\nVersion: 3');
    expect(found.map((one) => [one.name, one.version])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });

  it('says nothing of an empty index', async () => {
    expect(await sources('')).toEqual([]);
    expect(await sources('\n\n\n')).toEqual([]);
  });
});

describe('a damaged index', () => {
  it.each([
    ['Package: a\nVersion: 1\n\nVersion: 2\n', 'line 4: the paragraph has no Package'],
    ['Package: a\nhello\n', "line 2: 'hello' is no field"],
    [' folded\n', 'line 1: it goes on'],
    ['Package: a\nVersion: 1\nVersion: 2\n', 'line 3: the field Version is there twice'],
    ['\n\nPackage: a\nVersion: 1\nBuild-Depends: b (>= )\n', "line 3: Build-Depends: the dependency 'b (>= )'"],
    ['-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n', 'is no field'],
    ['<html><body>Not found</body></html>', 'is no field'],
  ])('%j is refused', async (content, words) => {
    await expect(sources(content)).rejects.toMatchObject({
      code: 'metadata-damaged',
      message: expect.stringContaining(words),
    });
  });

  it.each([
    ['Multi-Arch: maybe', "Multi-Arch: 'maybe'"],
    ['Source: x y', "Source: 'x y'"],
    ['Provides: a (>= 1)', "Provides: 'a'"],
    ['Provides: a | b', "Provides: 'a'"],
  ])('a package with %j is refused', async (field, words) => {
    await expect(packages(`Package: a\nVersion: 1\nArchitecture: all\n${field}\n`)).rejects.toMatchObject({
      message: expect.stringContaining(words),
    });
  });

  it('is refused when it has more paragraphs than the limit', async () => {
    const content = 'Package: a\nVersion: 1\n\n'.repeat(3);
    await expect(sources(content, { ...readLimits, packages: 2 })).rejects.toMatchObject({
      code: 'metadata-too-large',
    });
  });

  it('is refused when a paragraph has no end', () => {
    const reader = new StanzaReader('Sources', ['Package'], () => undefined);
    const chunk = Buffer.alloc(8 * 1024 * 1024, 'Package: aaaaaaa\n');
    expect(() => {
      for (let n = 0; n < 6; n++) reader.write(chunk);
    }).toThrow(expect.objectContaining({ code: 'metadata-too-large' }));
  });
});
