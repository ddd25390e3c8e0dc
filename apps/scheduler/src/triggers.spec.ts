import { doors, doorSubject } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import type { Msg, NatsConnection } from 'nats';
import {
  fixture,
  pushes,
  secret,
  standardHeaders,
  signingToken,
  type Sent,
} from './inbound/webhooks/testing/deliveries';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';

interface Detected {
  readonly change: string;
  readonly outcome: string;
  readonly because: string;
  readonly components: readonly { readonly component: string; readonly source: unknown }[];
  readonly message?: { readonly source: string; readonly id: string };
}

const places: Readonly<Record<string, string>> = {
  github: 'https://github.com/mill/{name}.git',
  gitlab: 'https://gitlab.example/mill/rpms',
  forgejo: 'ssh://git@forge.example/rpms/{name}',
  pagure: 'https://src.pagure.example/rpms/{name}.git',
};

/** Webhooks and what people decide about changes, over real HTTP; the resolver is played over its doors. */
describe('what starts a cascade', () => {
  const detected: Detected[] = [];
  let scheduler: RunningScheduler;

  beforeAll(async () => {
    scheduler = await startScheduler({
      people: { ada: 'releng', bob: 'maintainer' },
      files: { secret: `an older one\n${secret}\n`, 'github-mill.secret': `${secret}\n${signingToken}\n` },
      env: {
        MILLRACE_SCHEDULER_GITHUB_SECRET_FILE: 'DIR/github-{release}.secret',
        MILLRACE_SCHEDULER_GITLAB_SECRET_FILE: 'DIR/github-mill.secret',
        MILLRACE_SCHEDULER_FORGEJO_SECRET_FILE: 'DIR/secret',
        MILLRACE_SCHEDULER_PAGURE_SECRET_FILE: 'DIR/secret',
      },
      play,
    });
    for (const [forge, git] of Object.entries(places)) await apply(release(forge, git, {}));
    await apply(release('mill', places['github']!, { rules: [approveGithub, ignoreOld] }));
  });
  afterAll(() => scheduler?.stop());

  const play = (client: NatsConnection): void => {
    client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => impact(message) });
    client.subscribe(doorSubject(doors.resolver.reach), { callback: (_, message) => reach(message) });
    client.subscribe('millrace.scheduler.change.>', {
      callback: (_, message) => void detected.push(message.json<{ data: Detected }>().data),
    });
  };
  const request: RunningScheduler['request'] = (...asked) => scheduler.request(...asked);
  const send = async (forge: string, { bytes, headers }: Sent, of = forge) => {
    const response = await fetch(`${scheduler.url}/hooks/v1/${forge}/${of}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: new Uint8Array(bytes),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const apply = async (of: object) =>
    expect(await request('POST', '/admin/v1/releases', { definition: of })).toMatchObject({ status: 200 });
  const about = (change: unknown) => detected.filter((one) => one.change === change);

  describe.each(Object.keys(places).filter((forge) => forge !== 'github'))('a push told by %s', (forge) => {
    it('becomes one change with the id of the message, the same when it is sent again', async () => {
      const first = await send(forge, pushes[forge]!());
      expect(first).toMatchObject({ status: 202, body: { outcome: 'accepted', components: ['rpm/libstone'] } });
      expect(await send(forge, pushes[forge]!())).toEqual(first);
      await eventually(() => about(first.body['change']).length > 0, 'change.detected', 20_000);
      expect(about(first.body['change'])).toHaveLength(1);
      const [event] = about(first.body['change']);
      expect(event).toMatchObject({
        outcome: 'cascade',
        message: { source: forge, id: expect.stringMatching(/^[0-9a-f-]{36,}$/) },
        components: [{ component: 'rpm/libstone', source: { commit: expect.stringMatching(/^[0-9a-f]{40}$/) } }],
      });
    });

    it('is refused with a wrong signature, and nothing happens', async () => {
      const before = detected.length;
      const { bytes, headers } = pushes[forge]!();
      const wrong = Object.entries(headers).map(([name, value]) => [
        name,
        /signature|token/.test(name) ? value.replace(/[0-9a-f]{10}/, 'aaaaaaaaaa').replace('secret', 'guess') : value,
      ]);
      const answer = await send(forge, { bytes, headers: Object.fromEntries(wrong) as Record<string, string> });
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'webhook-signature-wrong', remedy: expect.anything() },
      });
      expect(await send(forge, { bytes, headers: {} })).toMatchObject({ status: 403 });
      expect(detected).toHaveLength(before);
    });
  });

  it('takes the signed form of GitLab', async () => {
    const bytes = otherPush('gitlab', { after: 'c'.repeat(40), before: 'd'.repeat(40) });
    const sent = { bytes, headers: standardHeaders(bytes, 'msg-signed', String(Math.floor(Date.now() / 1000))) };
    expect(await send('gitlab', sent)).toMatchObject({ status: 202 });
  });

  it('says what is no news, and why', async () => {
    const gone = otherPush('forgejo', { after: '0'.repeat(40) });
    const tag = otherPush('forgejo', { ref: 'refs/tags/v2' });
    const branch = otherPush('forgejo', { ref: 'refs/heads/rawhide' });
    const strange = Buffer.from(fixture('forgejo', 'push').toString().replaceAll('rpms/libstone', 'other/thing'));
    const unknown = Buffer.from(fixture('forgejo', 'push').toString().replaceAll('rpms/libstone', 'rpms/libstoen'));
    const known = { ...pushes['forgejo']!(undefined, 'another-id') };
    const because = async (sent: Sent) => {
      const { status, body } = await send('forgejo', sent);
      expect({ status, outcome: body['outcome'], change: body['change'] }).toEqual({
        status: 200,
        outcome: 'ignored',
        change: null,
      });
      return body['because'];
    };
    expect(await because(pushes['forgejo']!(gone, 'gone'))).toMatch(/main of rpms\/libstone was deleted/);
    expect(await because(pushes['forgejo']!(tag, 'tag'))).toMatch(/refs\/tags\/v2 .*no branch/);
    expect(await because(pushes['forgejo']!(branch, 'branch'))).toMatch(/follows branch main .*not rawhide/);
    expect(await because(pushes['forgejo']!(strange, 'strange'))).toMatch(
      /other\/thing .*no source of release forgejo/,
    );
    expect(await because(pushes['forgejo']!(unknown, 'unknown'))).toMatch(/rpm\/libstoen.*did you mean rpm\/libstone/);
    expect(await because(known)).toMatch(/commit bffeb742 of rpm\/libstone is known already/);
    const late = otherPush('forgejo', { after: '28e1879d029cb852e4844d9c718537df08844e03', before: 'e'.repeat(40) });
    expect(await because(pushes['forgejo']!(late, 'late'))).toMatch(/has been followed by bffeb742/);
  });

  it('refuses what it cannot read, and names what to do', async () => {
    const { bytes, headers } = pushes['forgejo']!(Buffer.from('{"ref": 5}'));
    expect(await send('forgejo', { bytes, headers })).toMatchObject({
      status: 422,
      body: { code: 'webhook-malformed' },
    });
    expect(await send('gerrit', { bytes, headers }, 'mill')).toMatchObject({
      status: 404,
      body: { code: 'forge-unknown' },
    });
    expect(await send('forgejo', pushes['forgejo']!(), 'nowhere')).toMatchObject({ status: 404 });
    const form = {
      bytes: Buffer.from('payload=%7B%7D'),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    };
    expect(await send('github', form, 'mill')).toMatchObject({ status: 422, body: { code: 'webhook-no-json' } });
    const huge = Buffer.from(JSON.stringify({ text: 'x'.repeat(9 * 1024 * 1024) }));
    expect(await send('github', pushes['github']!(huge), 'mill')).toMatchObject({ status: 413 });
    // The path of its secrets names the release, and this one has none.
    expect(await send('github', pushes['github']!())).toMatchObject({
      status: 403,
      body: { code: 'webhook-secret-missing' },
    });
  });

  it('lets a change wait for approval by rule, until a person has spoken', async () => {
    const { body } = await send('github', pushes['github']!(), 'mill');
    const change = String(body['change']);
    await eventually(() => about(change).length > 0, 'change.detected', 20_000);
    expect(about(change)[0]).toMatchObject({
      outcome: 'waits',
      because: expect.stringContaining(approveGithub.reason),
    });
    const { body: listed } = await request('GET', '/api/v1/changes?release=mill&outcome=waits');
    expect(listed['changes']).toEqual([
      expect.objectContaining({
        change,
        waitsFor: 'approval',
        rule: { outcome: 'approve', reason: approveGithub.reason },
      }),
    ]);
    expect(await request('POST', `/admin/v1/changes/${change}/approve`, {}, 'bob')).toMatchObject({ status: 403 });
    expect(await request('POST', '/admin/v1/changes/ch-none/approve', {})).toMatchObject({ status: 404 });
    const approved = await request('POST', `/admin/v1/changes/${change}/approve`, { why: 'looked at it' });
    expect(approved).toMatchObject({ status: 200, body: { change, outcome: 'cascade', cascade: expect.any(String) } });
    const again = await request('POST', `/admin/v1/changes/${change}/reject`, { why: 'too late' });
    expect(again).toMatchObject({ status: 409, body: { code: 'change-state' } });
    const { body: shown } = await request('GET', `/api/v1/changes/${change}`);
    expect(shown['decided']).toMatchObject({ approved: true, by: 'ada', why: 'looked at it' });
    const { body: explained } = await request('GET', '/api/v1/explain?release=mill&component=rpm/libstone');
    expect((explained['lines'] as string[]).join('\n')).toMatch(/ada approved it: looked at it[\s\S]*in cascade/);
  });

  it('ignores by rule, and explains why something was not rebuilt', async () => {
    const report = { release: 'mill', components: [{ component: 'rpm/oldmill', commit: 'f'.repeat(40) }] };
    const { body } = await request('POST', '/admin/v1/changes', report);
    expect(body).toMatchObject({ outcome: 'ignored', because: expect.stringContaining(ignoreOld.reason) });
    const { body: explained } = await request('GET', '/api/v1/explain?release=mill&component=rpm/oldmill');
    expect((explained['lines'] as string[]).join('\n')).toMatch(/Nothing is rebuilt for it: .*nobody uses it any more/);
    const { body: never } = await request('GET', '/api/v1/explain?release=mill&component=rpm/millwheel');
    expect((never['lines'] as string[]).join('\n')).toMatch(/No change of rpm\/millwheel has been reported/);
    expect(await request('GET', '/api/v1/explain?release=nowhere&component=rpm/x')).toMatchObject({ status: 404 });
  });

  it('shows a plan in several scopes side by side, and stores nothing', async () => {
    const plan = { release: 'mill', components: ['rpm/libstone'] };
    const { status, body } = await request('POST', '/api/v1/plans', plan);
    expect(status).toBe(200);
    expect(body['outlook']).toMatchObject({ rebuilds: 1, tiers: 1, criticalPath: ['rpm/libstone'], learned: 0 });
    const scopes = body['scopes'] as { scope: string; chosen: boolean; rebuilds: number; builderHours: number }[];
    expect(scopes.map(({ scope, chosen, rebuilds }) => [scope, chosen, rebuilds])).toEqual([
      ['capability', true, 1],
      ['linked', false, 1],
      ['direct', false, 2],
      ['transitive', false, 3],
    ]);
    expect(scopes[3]!.builderHours).toBeCloseTo(3 * scopes[0]!.builderHours, 2);
    const { body: one } = await request('POST', '/api/v1/plans', { ...plan, scopes: ['direct'] });
    expect(one['scopes']).toHaveLength(1);
    const strange = await request('POST', '/api/v1/plans', { release: 'mill', components: ['rpm/libstoen'] });
    expect(strange).toMatchObject({ status: 404, body: { code: 'component-unknown' } });
  });

  it('holds a release over HTTP, lists it, and lets it go on', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const held = await request('POST', '/admin/v1/releases/gitlab/hold', { until, why: 'the builders move' });
    expect(held).toMatchObject({ status: 200, body: { done: true } });
    const { body } = await request('GET', '/api/v1/holds?release=gitlab');
    expect(body['holds']).toEqual([
      expect.objectContaining({ release: 'gitlab', cascade: null, by: 'ada', until, why: 'the builders move' }),
    ]);
    expect(await request('POST', '/admin/v1/releases/gitlab/resume', {})).toMatchObject({ status: 200 });
    expect(await request('POST', '/admin/v1/releases/gitlab/resume', {})).toMatchObject({
      status: 409,
      body: { code: 'hold-unknown' },
    });
    expect(await request('POST', '/admin/v1/cascades/c9/add', { component: 'rpm/libstone' })).toMatchObject({
      status: 404,
    });
  });

  function otherPush(forge: string, more: object): Buffer {
    return Buffer.from(JSON.stringify({ ...(JSON.parse(fixture(forge, 'push').toString()) as object), ...more }));
  }
});

const approveGithub = { by: ['github:*'], outcome: 'approve', reason: 'pushes from outside are looked at first' };
const ignoreOld = { components: ['rpm/old*'], outcome: 'ignore', reason: 'nobody uses it any more' };

/** The resolver knows three components, and orders whatever is asked for in one tier. */
function impact(message: Msg): void {
  const { members } = message.json<{ members: string[] }>();
  const known = members.filter((one) => ['rpm/libstone', 'rpm/oldmill', 'rpm/millwheel'].includes(one));
  const unknown = members.filter((one) => !known.includes(one));
  const rebuilds = known.map((component) => {
    return { component, pass: 1, tier: 0, bootstrap: false, needs: [], because: 'it changed' };
  });
  const hints = unknown.map((component) => ({ component, hint: 'did you mean rpm/libstone?' }));
  const rest = { knots: [], likely: [], atMost: [] };
  message.respond(JSON.stringify({ snapshot: 's-1', tiers: 1, rebuilds, unknown: hints, ...rest }));
}

/** What a change reaches beside the changed component. */
function reach(message: Msg): void {
  const { scope, changed } = message.json<{ scope: string; changed: string[] }>();
  const reached = { direct: ['rpm/millwheel'], transitive: ['rpm/millwheel', 'rpm/oldmill'] }[scope] ?? [];
  const set = reached.map((id) => ({ id, tier: 0, pass: 1, needs: [], why: [] }));
  const none = { components: 0, tiers: 0 };
  const scopes = { capability: none, linked: none, direct: none, transitive: none };
  // Every list that the door's answer has.
  const members = Object.entries(doors.resolver.reach.reply.shape).filter(([, member]) => member.safeParse([]).success);
  const lists = Object.fromEntries(members.map(([name]) => [name, []]));
  const counts = { components: set.length, tiers: 1, knots: 0, total: set.length };
  const head = { snapshot: 's-1', release: 'mill', changed, scope };
  message.respond(JSON.stringify({ ...lists, ...head, ...counts, set, scopes }));
}

function release(name: string, git: string, triggers: object) {
  return {
    release: name,
    title: 'A mill',
    product_version: 'mill-1',
    build_systems: { rpm: 'local-rpm' },
    sources: { rpm: { git } },
    triggers,
    gates: [{ id: 'all', rules: [] }],
    people: { ada: { mail: 'ada@mill.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
  };
}
