import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReleaseText, placeInFile, readReleaseFile } from './release-file';

const right = `release: r
title: R
product_version: r-1
build_systems: { rpm: local-rpm }
sources:
  rpm: { git: dist-git/rpms }
gates: []
people: { ada: { mail: ada@example.org } }
owners: []
releng: [ada]
`;

function problems(text: string): readonly string[] {
  const read = parseReleaseText(text);
  return read.ok ? [] : read.problems.map((p) => `${p.line}:${p.column}: ${p.text}`);
}

test('a right definition has its defaults', () => {
  const read = parseReleaseText(right);
  expect(read).toMatchObject({ ok: true, definition: { release: 'r', mode: 'observe', scope: 'capability' } });
});

test('every problem is told with its place, in order', () => {
  const text = right.replace('gates: []', 'gates: []\nscoop: direct').replace('mail: ada@example.org', 'mail: ada');
  expect(problems(text)).toEqual([
    `8:1: scoop: Unrecognized key 'scoop'; did you mean 'scope'?`,
    expect.stringMatching(/^9:18: people\.ada\.mail: /),
  ]);
});

test('a missing member is told at what is around it', () => {
  expect(problems(right.replace('title: R\n', ''))).toEqual([expect.stringMatching(/^1:1: title: /)]);
  expect(problems(right.replace('{ git: dist-git/rpms }', '{ branch: x }'))).toEqual([
    expect.stringMatching(/^6:3: sources\.rpm\.git: /),
  ]);
});

test('broken YAML, repeated keys and own types are told with their place', () => {
  expect(problems('a: [1')[0]).toMatch(/^1:\d+: /);
  expect(problems(`${right}title: S\n`)[0]).toMatch(/^11:\d+: Map keys must be unique/);
  expect(problems(right.replace('title: R', 'title: !js R'))[0]).toMatch(/^2:\d+: Unresolved tag/);
});

test('aliases are refused, so that ten lines cannot become a gigabyte', () => {
  expect(problems('a: &a [1]\nb: [*a, *a]\n')[0]).toMatch(/aliases are not allowed/);
});

test('source folders count from the folder of the file; addresses stay', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace release '));
  mkdirSync(join(dir, 'sub'));
  const gitOf = (git: string): unknown => {
    writeFileSync(join(dir, 'sub', 'r.yaml'), right.replace('dist-git/rpms', git));
    const read = readReleaseFile(join(dir, 'sub', 'r.yaml'));
    return read.ok ? read.definition.sources.rpm?.git : read.problems;
  };
  expect(gitOf('../dist-git/rpms')).toBe(`file://${dir}/dist-git/rpms`);
  expect(gitOf('"x/{name}.git"')).toBe(`file://${dir}/sub/x/{name}.git`);
  expect(gitOf('https://example.org/rpms')).toBe('https://example.org/rpms');
  rmSync(dir, { recursive: true });
});

test('a file that is not there is named', () => {
  expect(() => readReleaseFile('/nonexistent/r.yaml')).toThrow('/nonexistent/r.yaml cannot be read');
});

test('the place of a member in its file is found, else that of the nearest thing around it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-place-'));
  const file = join(dir, 'release.yaml');
  writeFileSync(file, 'release: r\nbuild_targets:\n  rpm:\n    target: f43\n');
  expect(placeInFile(file, ['build_targets', 'rpm', 'target'])).toEqual({ line: 4, column: 5 });
  expect(placeInFile(file, ['build_targets', 'rpm', 'tag'])).toEqual({ line: 3, column: 3 });
  rmSync(dir, { recursive: true });
});
