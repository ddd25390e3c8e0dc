import { isRefusal } from '@millrace/kernel';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bumpSpec, usesAutorelease } from './bump-spec';
import recorded from './fixtures/bumped.json';

const words = {
  comment: 'Rebuilt for libstone 2.0 (cascade minidistro-2026-01-31-0123456789abcdef), by a tool that wraps long lines',
  author: 'Millrace <millrace@mill.example>',
  at: '2026-01-31T23:59:59.000Z',
} as const;

/** What only rpm can say: its version would have to be weighed or run. Then it is given, or no version is written. */
const onlyRpmKnows = ['two conditions', 'release_func'];

describe('a bumped spec is what rpmdev-bumpspec makes of it', () => {
  test.each(recorded.cases)('$form', ({ form, spec, bumped }) => {
    const evr = onlyRpmKnows.includes(form) ? / - (\S+)\n/.exec(bumped)![1]! : undefined;
    expect(bumpSpec(spec, { ...words, ...(evr === undefined ? {} : { evr }) })).toEqual({
      how: 'edited',
      text: bumped,
    });
  });

  test.each(onlyRpmKnows)('the version of "%s" is left out when nobody gives it', (form) => {
    const { spec, bumped } = recorded.cases.find((one) => one.form === form)!;
    const ours = bumpSpec(spec, words);
    expect(ours).toEqual({ how: 'edited', text: bumped.replace(/(Sat Jan 31 2026 .*>) - .*/, '$1') });
  });

  const installed = spawnSync('rpmdev-bumpspec', ['--version']).status === 0;
  (installed ? test : test.skip)('the tool that is installed here still says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-bump-'));
    const file = join(folder, 'pebble.spec');
    const today = recorded.cases.map(({ spec }) => {
      writeFileSync(file, spec);
      spawnSync('rpmdev-bumpspec', ['-d', 'Sat Jan 31 2026', '-u', words.author, '-c', words.comment, file]);
      return readFileSync(file, 'utf8');
    });
    rmSync(folder, { recursive: true });
    expect(today).toEqual(recorded.cases.map(({ bumped }) => bumped));
  });
});

describe('rpmautospec', () => {
  test.each(['%autorelease', '%{autorelease}', '%{?autorelease}', '%autorelease -b 3', '%{autorelease -p}'])(
    'Release: %s is bumped by a commit alone',
    (release) => {
      const spec = `Name: a\nVersion: 1\nRelease: ${release}\n%changelog\n%autochangelog\n`;
      expect(usesAutorelease(spec)).toBe(true);
      expect(bumpSpec(spec, words)).toEqual({ how: 'commit-only' });
    },
  );

  test('the word in a comment or in another macro is no use of it', () => {
    expect(usesAutorelease('# Release: %autorelease\nRelease: %{autorelease_number}\n')).toBe(false);
  });
});

describe('what is hostile', () => {
  test.each([
    ['no release', 'Name: a\nVersion: 1\n'],
    ['an empty release', 'Name: a\nRelease:\nVersion: 1\n'],
    ['nothing', ''],
    ['far too much', 'Release: 1\n'.repeat(500_000)],
  ])('%s is refused with a remedy', (_, spec) => {
    const answer = bumpSpec(spec, words);
    expect(isRefusal(answer) && [answer.code, answer.remedy]).toEqual([
      'spec-not-bumpable',
      expect.stringContaining('Release: 1%{?dist}'),
    ]);
  });

  test('a comment cannot make macros or lines of its own', () => {
    const spec = 'Name: a\nVersion: 1\nRelease: 1\n%changelog\n';
    const answer = bumpSpec(spec, { ...words, comment: 'x\n%post\n%(touch /tmp/x) %{lua:os.exit()}' });
    expect(answer).toEqual({
      how: 'edited',
      text: `Name: a\nVersion: 1\nRelease: 2\n%changelog\n* Sat Jan 31 2026 ${words.author} - 1-2\n- x %%post %%(touch /tmp/x) %%{lua:os.exit()}\n\n`,
    });
  });

  test('a version that would have to be run is not run', () => {
    const spec = 'Name: a\nVersion: %(echo 1)\nRelease: 1\n%changelog\n';
    const answer = bumpSpec(spec, words);
    expect(answer).toMatchObject({
      text: expect.stringMatching(/^\* Sat Jan 31 2026 Millrace <millrace@mill.example>$/m),
    });
  });

  test('a spec without a changelog gets none', () => {
    expect(bumpSpec('Release: 1\n', words)).toEqual({ how: 'edited', text: 'Release: 2\n' });
  });

  test('line ends of another system stay', () => {
    expect(bumpSpec('Release: 1.rc%{?dist}\r\nName: a\r\n', words)).toEqual({
      how: 'edited',
      text: 'Release: 1.rc%{?dist}.1\r\nName: a\r\n',
    });
  });
});
