import { doors, releaseDefinition, type SourceRef } from '@millrace/contracts';
import { createDistGit } from '@millrace/dist-git';
import { gitWorld, type GitWorld } from '@millrace/dist-git/fake';
import { moment } from '@millrace/kernel';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Landing } from '../../domain/follow/follow-input';
import type { ChangeToCheck, ReportedChange } from '../../domain/input';
import { definitionOf } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import type { Outside } from '../outside';
import type { Bumps } from '../rebuild-source';
import { followChecking } from './check';
import { followProblems } from './check-definition';
import { followLooking } from './look';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': [] };
const call = { key: '', attempt: 1, signal: new AbortController().signal };

describe('a landing that another release follows', () => {
  let git: GitWorld;
  let mill: World;
  let bumps: Bumps;

  beforeEach(async () => {
    git = gitWorld({ suffix: '' });
    for (const name of ['a', 'b', 'c']) git.repository(name, { [`${name}.spec`]: `Name: ${name}\n` });
    const author = { name: 'Millrace', mail: 'm@mill.example' };
    const outside = { forges: new Map(), systems: new Map() };
    bumps = { git: createDistGit({ work: join(git.dir, 'work'), author }), author, ...outside };
    mill = new World({ graph, definition: { sources: sourcesOn('main') } });
    await mill.start([], 'set');
  });
  afterEach(() => git.remove());

  const sourcesOn = (branch: string) => ({ rpm: { git: git.root, branch } });
  const headOf = (name: string, branch = 'main'): SourceRef => {
    const url = pathToFileURL(join(git.root, name)).href;
    return { kind: 'git', url, commit: git.git(name, 'rev-parse', branch).trim() };
  };
  const orderOf = (kind: string) => [...mill.works.values()].filter((one) => one.kind === kind).at(-1)?.order as never;

  async function follows(more: object = {}): Promise<void> {
    const follow = [{ release: 'mill', lull: '1m', ...more }];
    const definition = { ...definitionOf(), release: 'down', sources: sourcesOn('stable'), follow };
    await mill.take({
      type: 'release.apply',
      release: 'down',
      definition: releaseDefinition.parse(definition),
      why: '',
    });
    await mill.take({ type: 'follow.due', release: 'down' });
  }
  async function landsUnseen(...names: string[]): Promise<void> {
    const components = names.map((name) => ({ component: `rpm/${name}`, source: headOf(name), nvr: null }));
    const change = { id: null, release: 'mill', kind: 'commit', components, all: false, unknown: [] } as const;
    const report = { ...change, urgency: 'normal', by: 'ada', why: 'a test' } as const;
    await mill.take({ type: 'change.reported', release: 'mill', asked: true, change: report });
    await mill.settle();
    expect(mill.cascade).toMatchObject({ release: 'mill', state: 'completed', landed: true });
  }
  async function lands(...names: string[]): Promise<void> {
    // What is looked at and checked is done by hand here.
    const look = orderOf('follow.look');
    await landsUnseen(...names);
    const landings = await looked(look);
    await mill.take({ type: 'follow.looked', release: 'down', landings });
  }
  const looked = (order: never): Promise<readonly Landing[]> =>
    followLooking({ read: mill.store.read }).run(order, call) as Promise<readonly Landing[]>;
  function checked(): Promise<ReportedChange> {
    const ask = (door: unknown, { members }: { members: readonly string[] }) => {
      expect(door).toBe(doors.resolver.impact);
      return Promise.resolve({
        unknown: members.filter((one) => !(one in graph)).map((component) => ({ component, hint: 'none' })),
      });
    };
    const outside = { read: mill.store.read, asker: { ask } } as unknown as Outside;
    return followChecking(outside, bumps).run(orderOf('follow.check') as ChangeToCheck, call);
  }
  function builtHere(component: string, source: SourceRef | null): void {
    const row = {
      id: `down-${component}`,
      revision: 0,
      release: 'down',
      component,
      cascade: null,
      rebuild: null,
      attempt: 1,
    };
    const more = {
      origin: 'hand',
      standing: 'seen',
      because: '',
      state: 'complete',
      nvr: 'here-1-1',
      bootstrap: false,
    } as const;
    const times = { startedAt: moment(0), endedAt: moment(1), evidence: null, contents: null, repository: null };
    const build = { ...row, ...more, ...times, source, base: null, subject: null, group: null };
    mill.store.rows.builds.set(build.id, build);
  }

  it('is one change with the same commits, and what landed before is the baseline', async () => {
    await follows();
    await lands('a', 'b');
    const change = await checked();
    expect(change).toMatchObject({ by: 'follow:mill', kind: 'commit', unknown: [], own: [] });
    expect(change.components.map(({ component, source }) => [component, source])).toEqual([
      ['rpm/a', headOf('a')],
      ['rpm/b', headOf('b')],
    ]);
    expect(change.why).toMatch(/^cascade c1-\w+ landed in mill: rpm\/a, rpm\/b$/);
    await mill.take({ type: 'change.reported', release: 'down', asked: false, change });
    await mill.pass(120_000);
    await mill.settle();
    expect(mill.cascade).toMatchObject({ release: 'down', state: 'completed', roots: ['rpm/a', 'rpm/b'] });
    expect(mill.rebuild('rpm/b')).toMatchObject({ tier: 1, source: headOf('b') });
    const since = { mill: { since: moment(Date.parse('2027-01-01T00:00:00Z')), seen: [] } };
    expect(await looked({ release: 'down', followed: since } as never)).toEqual([]);
    const all = { mill: { since: moment(0), seen: [] } };
    expect(await looked({ release: 'down', followed: all } as never)).toHaveLength(1);
  });

  it('builds nothing over what only this release has, and says so; what is behind gives way', async () => {
    git.commit('a', {}, 'The same as ever', 'stable');
    const before = headOf('c');
    git.commit('c', {}, 'An update', 'main');
    await follows();
    builtHere('rpm/a', headOf('a', 'stable'));
    builtHere('rpm/b', null);
    builtHere('rpm/c', before);
    await lands('a', 'b', 'c');
    const { components, own } = await checked();
    expect(components.map((one) => one.component)).toEqual(['rpm/c']);
    expect(own).toEqual([
      { component: 'rpm/a', because: expect.stringContaining('which mill does not have: bring it there, or') },
      { component: 'rpm/b', because: expect.stringContaining('made by hand here, tells no commit') },
    ]);
  });

  async function takesBack(): Promise<void> {
    const [cascade] = [...mill.store.rows.cascades.values()].filter((one) => one.release === 'mill').slice(-1);
    const about = { builtOn: [], accepted: false, shipped: [], why: 'it broke' };
    await mill.take({ type: 'landing.revert', release: 'mill', cascade: cascade!.id, ...about }, 'ada');
    await mill.rest();
  }
  async function lookedAgain(): Promise<void> {
    await mill.take({ type: 'follow.due', release: 'down' });
    const landings = await looked(orderOf('follow.look'));
    await mill.take({ type: 'follow.looked', release: 'down', landings });
  }

  it('taken back there asks a person here, and is rebuilt from what that release has again', async () => {
    await landsUnseen('a', 'b');
    const [beforeA, beforeB] = [headOf('a'), headOf('b')];
    await follows();
    git.commit('a', {}, 'An update', 'main');
    git.commit('b', {}, 'An update', 'main');
    builtHere('rpm/a', headOf('a'));
    builtHere('rpm/b', beforeB);
    await lands('a', 'b');
    await takesBack();
    await lookedAgain();
    const change = await checked();
    expect(change.why).toMatch(/^cascade c\d+-\w+ was taken back in mill: rpm\/a, rpm\/b/);
    expect(change.components).toEqual([{ component: 'rpm/a', source: beforeA, nvr: null }]);
    expect(change.own?.map((one) => one.because).join()).toMatch(/rpm\/b: mill took .* is not made from it, and stays/);
    const reply = await mill.take({ type: 'change.reported', release: 'down', asked: false, change });
    expect(reply).toMatchObject({ outcome: 'waits', because: expect.stringContaining('mill took it back') as string });
    await lookedAgain();
    expect(await looked(orderOf('follow.look'))).toEqual([]);
    const about = { release: 'down', change: (reply as { change: string }).change, why: '' } as const;
    expect(await mill.take({ type: 'change.approve', ...about })).toMatchObject({ outcome: 'cascade' });
    await mill.settle();
    const [row] = [...mill.store.rows.rebuilds.values()].filter((one) => one.release === 'down');
    expect(row).toMatchObject({ component: 'rpm/a', source: beforeA, state: 'validated' });
  });

  it('one build of it that somebody takes away there is told here too', async () => {
    await landsUnseen('a');
    const before = headOf('a');
    await follows({ when_reverted: 'rebuild' });
    git.commit('a', {}, 'An update', 'main');
    builtHere('rpm/a', headOf('a'));
    await lands('a');
    const { build: ref, nvr } = mill.rebuild('rpm/a');
    const withdrawn = { ref, component: 'rpm/a', nvr, how: 'untagged', from: 'mill', by: 'bob' } as const;
    await mill.take({ type: 'build.withdrawn', release: 'mill', withdrawn });
    await lookedAgain();
    const change = await checked();
    expect(change.components).toEqual([{ component: 'rpm/a', source: before, nvr: null }]);
    const reply = await mill.take({ type: 'change.reported', release: 'down', asked: false, change });
    expect(reply).toMatchObject({
      outcome: 'waits',
      because: expect.stringContaining('becomes one cascade') as string,
    });
  });

  it('taken back before it began here starts nothing; left where the release says so', async () => {
    await follows({ when_reverted: 'leave' });
    await lands('a');
    const change = await checked();
    const reply = await mill.take({ type: 'change.reported', release: 'down', asked: false, change });
    expect(reply).toMatchObject({ outcome: 'waits' });
    builtHere('rpm/a', headOf('a'));
    await takesBack();
    await lookedAgain();
    const dropped = mill.store.rows.changes.get((reply as { change: string }).change);
    expect(dropped).toMatchObject({ outcome: 'ignored', because: expect.stringContaining('before it began here') });
    expect((await checked()).own).toEqual([
      { component: 'rpm/a', because: expect.stringContaining('stays here (follow.when_reverted: leave)') },
    ]);
  });

  it('names what this graph does not know, under the name that it would have here', async () => {
    await follows({ names: { 'rpm/c': 'rpm/c-compat' } });
    await lands('b', 'c');
    expect(await checked()).toMatchObject({
      components: [{ component: 'rpm/b' }],
      unknown: [{ component: 'rpm/c-compat', hint: 'none' }],
    });
  });

  it('that is of no release here, or in a ring, is named before it is applied', async () => {
    const of = (release: string, ...names: string[]) =>
      releaseDefinition.parse({ ...definitionOf(), release, follow: names.map((one) => ({ release: one })) });
    await follows();
    expect(await followProblems(mill.store.read, of('other', 'mill', 'nowhere'))).toEqual([
      { path: ['follow', 1, 'release'], text: "there is no release 'nowhere' here", remedy: expect.any(String) },
    ]);
    expect(await followProblems(mill.store.read, of('mill', 'down'))).toEqual([
      {
        path: ['follow', 0, 'release'],
        text: expect.stringContaining('mill -> down -> mill'),
        remedy: expect.any(String),
      },
    ]);
  });
});
