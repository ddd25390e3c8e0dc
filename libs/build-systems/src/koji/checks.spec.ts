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
    hub.control.addTag('t1-build', { parents: ['t1'] });
    hub.control.addTag('lonely');
    hub.control.addTarget('t1', 't1-build', 't1-candidate');
    hub.control.addTarget('lonely', 'lonely', 't1-candidate');
  });
  afterEach(() => hub.close());
  const look = async (wanted: KojiTarget, more = {}) => {
    const findings = await checkKoji({ url: hub.url, login, ...more }, new Map([['f44', { rpm: wanted }]]));
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
      'right builders: 1 of 1 are up, load 0.0 of 4.0; architectures: aarch64, x86_64',
    ]);
    expect(hub.state.tasks).toEqual([]);
  });

  it.each([
    [{ target: 'nowhere' }, 'wrong f44 rpm: there is no target nowhere'],
    [{ tag: 'nowhere' }, 'wrong f44 rpm: there is no tag nowhere'],
    [{ target: 'lonely' }, 'wrong f44 rpm: build tag lonely does not inherit t1: what lands would not be built with'],
  ])('finds that %j is wrong', async (change, words) => {
    expect(await look({ ...target, ...change })).toContain(words);
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
