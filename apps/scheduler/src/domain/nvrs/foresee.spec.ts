import { releaseDefinition } from '@millrace/contracts';
import { refuse } from '@millrace/kernel';
import type { NvrRules } from '@millrace/package-metadata';
import { finalNvr, guessNvr, judgeNvr, type NvrScene } from './foresee';

const spec = 'Name: libmill\nVersion: 1.0\nRelease: 4%{?dist}\n\n%changelog\n';
const free: NvrRules = { taken: new Set(), replaces: null, next: [] };

function sceneOf(more: Partial<NvrScene> = {}, definition: Record<string, unknown> = {}): NvrScene {
  return {
    definition: releaseDefinition.parse({
      ...{ release: 'mill', title: 'A mill', product_version: 'mill-1', build_systems: { rpm: 'koji' }, nvr: 'commit' },
      ...{ sources: { rpm: { git: 'https://src.example' } }, gates: [], people: { ada: { mail: 'ada@mill.example' } } },
      ...{ owners: [], releng: ['ada'], ...definition },
    }),
    ...{ component: 'rpm/libmill', spec, unbuilt: [], last: { version: '1.0', release: '4.fc43' }, dist: null },
    ...{ isBumped: true, at: '2026-01-31T09:30:00.000Z', ...more },
  };
}
const foresee = (scene: NvrScene, rules = free) => judgeNvr(guessNvr(scene), rules);
const commit = (id: string, marker: string | null = null) => ({
  ...{ id, subject: `Change ${id}`, author: 'Ada <ada@mill.example>', at: '2026-01-30T00:00:00.000Z', marker },
});

describe('the name of a rebuild before it is made', () => {
  it.each([
    ['the last build tells what %dist is', {}, {}, 'libmill-1.0-5.fc43'],
    ['the definition says it', {}, { dist: '.el10' }, 'libmill-1.0-5.el10'],
    ['the builder on this machine numbers its builds', { dist: '.mr7' }, {}, 'libmill-1.0-5.mr7'],
    ['without %dist in the spec, too', { dist: '.mr7', spec: spec.replace('%{?dist}', '') }, {}, 'libmill-1.0-5.mr7'],
    ['nothing is bumped that a change names', { isBumped: false }, {}, 'libmill-1.0-4.fc43'],
    ['a dist of its own', { isBumped: false, dist: '.fc43.mr12' }, { nvr: 'dist' }, 'libmill-1.0-4.fc43.mr12'],
  ])('%s', (_, more, definition, nvr) => {
    expect(foresee(sceneOf(more, definition))).toMatchObject({ nvr, refused: null, unbuilt: null });
  });

  it('rpmautospec counts on from the last build: its commits, and the empty one of the bump', () => {
    const counted = spec.replace('4%{?dist}', '%autorelease');
    const more = { spec: counted, unbuilt: [commit('a'), commit('b')] };
    expect(foresee(sceneOf(more, { dist: '.fc43' }))).toMatchObject({ nvr: 'libmill-1.0-7.fc43' });
  });

  it('is not foreseen where nothing says %dist, and says so', () => {
    const found = foresee(sceneOf({ last: null }));
    expect(found).toMatchObject({ nvr: null, refused: null, because: expect.stringContaining('%dist') });
    const odd = foresee(sceneOf({ spec: spec.replace('1.0', '%(date)') }, { dist: '.fc43' }));
    expect(odd).toMatchObject({ nvr: null, refused: null, because: expect.stringContaining('version') });
  });
});

it('a draft is called as it will be when it is final', () => {
  expect(finalNvr('libmill-1.0-4.fc43,draft_17')).toEqual({ name: 'libmill', version: '1.0', release: '4.fc43' });
  expect(finalNvr('libmill-1.0-4.fc43')).toMatchObject({ release: '4.fc43' });
});

describe('what would stop it', () => {
  const lost = refuse('dist-git-diverged', 'its history was replaced', 'bring it back', 'conflict');
  it.each([
    ['a taken name', {}, { ...free, taken: new Set(['libmill-1.0-5.fc43']) }, 'nvr-taken'],
    ['one that is not newer', {}, { ...free, replaces: { version: '1.0', release: '6.fc43' } }, 'nvr-not-newer'],
    [
      'a broken upgrade path',
      {},
      { ...free, next: [{ release: 'next', evr: { version: '1.0', release: '4.fc44' } }] },
      'upgrade-path-broken',
    ],
    ['a spec without Release', { spec: 'Name: libmill\nVersion: 1\n' }, free, 'spec-not-bumpable'],
    ['no spec at all', { spec: refuse('spec-missing', 'no spec', 'put one there') }, free, 'spec-missing'],
    ['a history that was replaced', { unbuilt: lost }, free, 'dist-git-diverged'],
  ])('%s is refused with a remedy', (_, more, rules, code) => {
    expect(foresee(sceneOf(more), rules).refused).toMatchObject({ code, remedy: expect.stringMatching(/./) });
  });
});

describe('commits at the head that were never built', () => {
  const unbuilt = [...Array.from({ length: 12 }, (_, n) => commit(`c${n}`)), commit('ours', 'c1/rpm/libmill/1.1')];

  it('are counted and named, those of ours left aside, with what the rule makes of them', () => {
    const { unbuilt: said, refused } = foresee(sceneOf({ unbuilt }));
    expect(said).toMatchObject({ count: 12, then: 'take', commits: { length: 10 } });
    expect(said!.commits[0]).toEqual({
      ...{ commit: 'c0', subject: 'Change c0', author: 'Ada <ada@mill.example>', at: '2026-01-30T00:00:00.000Z' },
    });
    expect(refused).toBeNull();
    expect(foresee(sceneOf({ unbuilt: [unbuilt[12]!] })).unbuilt).toBeNull();
  });

  it.each([
    [{ when_unbuilt: 'skip' }, 'skip', null],
    [{ source: 'last-built' }, 'ask', 'head-never-built'],
    [{ source: 'last-built', nvr: 'none' }, 'leave', null],
  ])('with %j', (definition, then, code) => {
    const found = foresee(sceneOf({ unbuilt, isBumped: !('nvr' in definition) }, definition));
    expect(found.unbuilt!.then).toBe(then);
    expect(found.refused?.code ?? null).toBe(code);
  });
});
