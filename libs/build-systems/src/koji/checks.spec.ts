import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { checkKoji } from './checks';
import type { KojiTarget } from './settings';

const target = { target: 't1', tag: 't1', isolation: 'side-tag', drafts: true, promote: 'land' } as const;
const login = { kind: 'password', user: 'millrace', password: 'secret' } as const;

describe('a look at a hub', () => {
  let hub: FakeHub;
  beforeEach(async () => {
    hub = await startFakeHub();
    hub.control.addUser('millrace', 'secret', ['tag']);
    hub.control.addTag('t1');
    hub.control.addTag('t1-candidate', { parents: ['t1'] });
    hub.control.addTag('t1-build', { parents: ['t1'], extra: { sidetag_rpm_macros_allowed: true } });
    hub.control.addTag('lonely', { extra: {} });
    hub.control.addTag('strict', { extra: { sidetag_rpm_macros_allowed: ['_with_*'] } });
    hub.control.addTag('guarded', { perm: 'release' });
    hub.control.addTag('locked', { locked: true });
    hub.control.addTag('exotic', { arches: 'x86_64 s390x' });
    hub.control.addTarget('exotic', 'exotic', 't1-candidate');
    hub.control.addTarget('t1', 't1-build', 't1-candidate');
    hub.control.addTarget('lonely', 'lonely', 't1-candidate');
    hub.control.addTarget('strict', 'strict', 't1-candidate');
  });
  afterEach(() => hub.close());
  const look = async (wanted: KojiTarget, more = {}, wishes = {}) => {
    const release = { rpm: wanted };
    const findings = await checkKoji({ url: hub.url, login, ...more }, new Map([['f44', release]]), wishes);
    return findings.map(({ what, verdict, says }) => `${verdict} ${what}: ${says}`);
  };

  it('says what it can do, who we are, and where releases are built', async () => {
    const found = await look(target);
    expect(found).toEqual([
      `right hub: Koji 1.35.3 answers at ${hub.url}`,
      expect.stringMatching(/^right api: /),
      'right order: dependants wait in Koji (wait_repo, wait_builds)',
      ...['drafts', 'side tags', 'repo requests', 'containers'].map((what) => `right ${what}: yes`),
      'right login: millrace (password)',
      'right permissions: tag',
      'right f44 rpm: target t1: builds in t1-build, candidates in t1-candidate',
      'right f44 rpm: what lands in t1 is seen by later builds in t1-build',
      'right f44 rpm: millrace may tag into t1, as far as the tag itself is asked',
      'right f44 rpm: policy tag, for millrace, of t1: allow',
      expect.stringMatching(/^note f44 rpm: policy draft_promotion cannot be asked without a build: .*KeyError/),
      'right f44 rpm: policy sidetag, for millrace with 0 side tags, of t1-build: allow',
      'right builders: 1 of 1 are up, load 0.0 of 4.0; architectures: aarch64, x86_64',
      'right channel default: 1 of 1 are up, load 0.0 of 4.0, 0 tasks wait; architectures: aarch64, x86_64',
      'right f44 rpm: builders for x86_64 are up',
    ]);
    expect(hub.state.tasks).toEqual([]);
  });

  it.each([
    [{ target: 'nowhere' }, 'wrong f44 rpm: there is no target nowhere'],
    [{ tag: 'nowhere' }, 'wrong f44 rpm: there is no tag nowhere'],
    [{ target: 'lonely' }, 'wrong f44 rpm: build tag lonely does not inherit t1: what lands would not be built with'],
    [{ channel: 'nowhere' }, 'wrong f44 rpm: there is no channel nowhere'],
    [{ priority: -1 }, 'wrong f44 rpm: priority -1 needs the permission admin'],
    [{ target: 'exotic' }, 'wrong f44 rpm: no builder for s390x is up'],
    [
      { tag: 'guarded' },
      'wrong f44 rpm: millrace may not tag into guarded, so nothing would land: tag requires release permission',
    ],
    [{ tag: 'locked' }, 'wrong f44 rpm: millrace may not tag into locked, so nothing would land: tag is locked'],
  ])('finds that %j is wrong', async (change, words) => {
    expect(await look({ ...target, ...change })).toContain(words);
  });

  it('asks the policy of side tags, and says what bootstrap passes need', async () => {
    hub.control.setPolicy('sidetag', 'deny too many side tags');
    const denied = 'policy sidetag, for millrace with 0 side tags, of t1-build: deny too many side tags';
    expect(await look(target)).toContain(`wrong f44 rpm: ${denied}`);
    const tried = await look({ ...target, target: 'lonely' }, {}, { tries: true });
    expect(tried).toContainEqual(expect.stringMatching(/^wrong f44 rpm: Koji refused createSideTag: policy violation/));
    expect(tried).toContain(
      'note f44 rpm: side tags of lonely may have no RPM macros: bootstrap passes of knots would fail',
    );
    expect(await look({ ...target, target: 'strict' })).toContain(
      'note f44 rpm: side tags of strict may not have the RPM macro dist: `nvr: dist` would be refused',
    );
  });

  it('asks the policies of landing, of what the release does', async () => {
    hub.control.setPolicy('tag', 'deny only releng tags');
    hub.control.setPolicy('draft_promotion', 'deny');
    const found = await look({ ...target, isolation: 'target' });
    expect(found).toContain('wrong f44 rpm: policy tag, for millrace, of t1: deny only releng tags');
    expect(found).toContain('wrong f44 rpm: policy draft_promotion, for millrace: deny');
    hub.control.setPolicy('draft_promotion', 'allow');
    const [drafts, finals] = [await look(target), await look({ ...target, drafts: false })];
    expect(drafts).toContain('right f44 rpm: policy draft_promotion, for millrace: allow');
    expect(finals.filter((words) => words.includes('draft_promotion'))).toEqual([]);
    const nobody = await look(target, { login: undefined });
    expect(nobody.filter((words) => words.includes('policy'))).toEqual([]);
  });

  it('tries side tags when it may, and leaves none', async () => {
    const found = await look(target, {}, { tries: true });
    expect(found).toContainEqual(
      expect.stringMatching(/^right f44 rpm: side tag t1-build-side-\d+ of t1-build was made/),
    );
    expect(hub.state.tags.filter((one) => one.sideOf !== null)).toEqual([]);
  });

  it('says who makes repositories on an old hub, and what builders of containers want', async () => {
    await hub.close();
    hub = await startFakeHub({ version: '1.34.0' });
    hub.control.addUser('millrace', 'secret');
    for (const name of ['t1', 't1-build']) hub.control.addTag(name);
    hub.control.addTarget('t1', 't1-build', 't1');
    const findings = await checkKoji({ url: hub.url, login }, new Map([['f44', { container: target }]]));
    const words = findings.map(({ verdict, what, says }) => `${verdict} ${what}: ${says}`);
    expect(words).toContainEqual(expect.stringMatching(/^note repositories: millrace may not make repositories/));
    expect(words).toContainEqual(expect.stringMatching(/^note f44 container: no repo_file/));
    expect(words).toContain('right order: dependants are submitted when the repository has what they need');
  });

  it('finds a wrong password, a hub that is away, and one without side tags', async () => {
    const strange = { ...login, password: 'wrong' };
    expect(await look(target, { login: strange })).toContainEqual(expect.stringMatching(/^wrong login: /));
    expect(await look(target, { url: 'http://127.0.0.1:9/kojihub' })).toEqual([expect.stringMatching(/^wrong hub: /)]);
    await hub.close();
    hub = await startFakeHub({ plugins: [] });
    hub.control.addUser('millrace', 'secret');
    const found = await look(target);
    expect(found).toContain('note side tags: no');
    expect(found).toContain('wrong f44 rpm: there is no target t1');
  });
});
