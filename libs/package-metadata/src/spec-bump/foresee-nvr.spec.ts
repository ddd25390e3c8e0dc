import { compareVersions } from '../rpm-md/evr';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import recorded from './fixtures/bumped.json';
import { cascadeDist, checkNvr, foreseeNvr, nextAutorelease } from './foresee-nvr';

const spec = (release: string, more = '') => `${more}Name: pebble\nVersion: 1.2\nRelease: ${release}\nSummary: A\n`;
const pebble = (release: string) => ({
  nvr: `pebble-1.2-${release}`,
  name: 'pebble',
  epoch: '0',
  version: '1.2',
  release,
});
const free = { taken: new Set<string>(), replaces: null, next: [] };

describe('the name that a build will have', () => {
  test.each([
    ['1%{?dist}', '', '1.fc43'],
    ['0.1.rc1%{?dist}', '', '0.1.rc1.fc43'],
    ['%{baserelease}%{?dist}', '%global baserelease 7\n', '7.fc43'],
    ['1%{?dist}.1', '', '1.fc43.1'],
    ['%{?prefix}4%{dist}', '', '4.fc43'],
    ['%{?dist:5}%{!?dist:6}', '', '5'],
    ['%rel', '%define rel 1%{?dist}\n', '1.fc43'],
  ])('Release: %s', (release, more, is) => {
    expect(foreseeNvr({ text: spec(release, more), dist: '.fc43' })).toEqual(pebble(is));
  });

  test('it is what rpm says, whatever form the release has', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-nvr-'));
    const said = recorded.cases.map(({ bumped }, n) => {
      const file = join(folder, `${n}.spec`);
      writeFileSync(file, bumped);
      const answer = foreseeNvr({ text: bumped, dist: '.fc43' });
      const format = '%{name}-%{version}-%{release}\\n';
      const rpm = spawnSync('rpm', ['-q', '--specfile', '--define', 'dist .fc43', `--qf=${format}`, file]);
      const line = rpm.stdout.toString().split('\n')[0]!;
      return 'nvr' in answer ? [answer.nvr, rpm.status === 0 ? line : 'nothing'] : ['nothing', 'nothing'];
    });
    rmSync(folder, { recursive: true });
    expect(said.map(([ours]) => ours)).toEqual(said.map(([, rpm]) => rpm));
    expect(said.filter(([ours]) => ours === 'nothing').length).toBeLessThanOrEqual(4);
  });

  test.each(['%(date +%%s)', '%{lua:print(1)}', '%[1+1]', '%{unknown}', '%{expand:1}', '%{a}'])(
    'Release: %s is not run, and refused',
    (release) => {
      const text = spec(release, '%global a %{a}\n');
      expect(foreseeNvr({ text, dist: '' })).toMatchObject({ code: 'nvr-unforeseen', remedy: expect.any(String) });
    },
  );

  test('rpmautospec counts on from the last build', () => {
    expect(nextAutorelease('7.fc43', 2)).toBe(10);
    expect(nextAutorelease('x', 2)).toBeNull();
    const text = spec('%autorelease');
    expect(foreseeNvr({ text, dist: '.fc43', autorelease: 10 })).toEqual(pebble('10.fc43'));
    expect(foreseeNvr({ text, dist: '.fc43' })).toMatchObject({ remedy: expect.stringContaining('build it once') });
  });
});

describe('whether it may be had', () => {
  const foreseen = pebble('2.fc43');

  test('it may when nobody has it and it is newer than what is there', () => {
    const rules = { ...free, replaces: { version: '1.2', release: '1.fc43' } };
    expect(checkNvr(foreseen, rules)).toBeNull();
  });

  test.each([
    ['nvr-taken', { ...free, taken: new Set(['pebble-1.2-2.fc43']) }, 'pebble-1.2-2.fc43.1'],
    ['nvr-not-newer', { ...free, replaces: { version: '1.2', release: '2.fc43' } }, 'above'],
    ['nvr-not-newer', { ...free, replaces: { epoch: '1', version: '1.0', release: '1' } }, 'above'],
    ['upgrade-path-broken', { ...free, next: [{ release: 'f44', evr: { version: '1.2', release: '1.fc44' } }] }, 'f44'],
  ])('%s', (code, rules, remedy) => {
    const refusal = checkNvr(foreseen, rules);
    expect(refusal).toMatchObject({ code, kind: 'conflict', remedy: expect.stringContaining(remedy) });
  });

  test('the free name of a taken one is free and newer', () => {
    const refusal = checkNvr(pebble('2.fc43'), { ...free, taken: new Set(['pebble-1.2-2.fc43']) });
    const release = /pebble-1\.2-(\S+)$/.exec(refusal!.remedy)![1]!;
    expect(compareVersions(release, '2.fc43')).toBe(1);
  });

  test('a next release with the same or something newer is a good path', () => {
    const next = [
      { release: 'f44', evr: { version: '1.2', release: '2.fc44' } },
      { release: 'f45', evr: { version: '1.3', release: '1.fc45' } },
    ];
    expect(checkNvr(foreseen, { ...free, next })).toBeNull();
  });
});

test('the dist of a cascade sorts upward: above the release and earlier cascades, below the next release', () => {
  const rising = ['1.fc43', `1${cascadeDist('.fc43', 9)}`, `1${cascadeDist('.fc43', 10)}`, '1.fc43.1', '2.fc43'];
  for (const [n, lower] of rising.slice(0, -1).entries()) expect(compareVersions(lower, rising[n + 1]!)).toBe(-1);
});
