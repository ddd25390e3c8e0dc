import { readReleaseFile } from '@millrace/admin-client';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ringProblems } from './follow-rings';

const definitionOf = (release: string, follow: string): string =>
  [
    ...[`release: ${release}`, 'title: R', 'product_version: r-1', 'build_systems: { rpm: local-rpm }'],
    ...['sources: { rpm: { git: /nowhere } }', 'gates: []', 'people: { ada: { mail: ada@mill.example } }'],
    ...['owners: []', 'releng: [ada]', 'follow:', '  - lull: 1m', `    release: ${follow}`, ''],
  ].join('\n');

test('releases that follow one another in a ring are named, each at its place', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-rings-'));
  try {
    const given = [
      ...[definitionOf('a', 'b'), definitionOf('b', 'a'), definitionOf('c', 'a'), 'release: 1'].map((text, n) => {
        const file = join(dir, `${n}.yaml`);
        writeFileSync(file, text);
        return { file, read: readReleaseFile(file) };
      }),
    ];
    const problems = given.map(({ file }) => ringProblems(given, file));
    expect(problems[0]).toEqual([{ line: 12, column: 5, text: expect.stringContaining('a -> b -> a') }]);
    expect(problems[1]![0]!.text).toContain('b -> a -> b');
    expect(problems.slice(2)).toEqual([[], []]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
