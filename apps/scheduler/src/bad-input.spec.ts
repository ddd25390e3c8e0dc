import { doors, doorSubject, type Role } from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { eventually, startTestNats, type TestNats } from '@millrace/testing';
import { connect, type Msg, type NatsConnection, type Subscription } from 'nats';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definition } from './wiring';

/** What hostile and tired people send, over real HTTP and a real bus; the resolver is played over its doors. */
describe('bad input', () => {
  let nats: TestNats;
  let dir: string;
  let service: RunningService;
  let client: NatsConnection;

  beforeAll(async () => {
    nats = await startTestNats();
    dir = mkdtempSync(join(tmpdir(), 'millrace-bad-input-'));
    writeTokens(dir, { ada: 'releng', bob: 'maintainer' });
    client = await connect({ servers: nats.url });
    service = await startService(definition, {
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_SCHEDULER_PORT: '0',
      MILLRACE_TOKENS_FILE: join(dir, 'tokens.json'),
      MILLRACE_LOG_LEVEL: 'error',
    });
    expect(await request('POST', '/admin/v1/releases', { definition: release('mill') })).toMatchObject({ status: 200 });
  });
  afterAll(async () => {
    await client?.close();
    await service?.stop();
    await nats?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const request = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ada', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const everything = async () => {
    const asked = ['cascades?release=mill', 'changes?release=mill', 'holds?release=mill', 'releases'];
    return Promise.all(asked.map(async (one) => (await request('GET', `/api/v1/${one}`)).body));
  };
  const change = (more: object = {}) => ({ release: 'mill', components: [{ component: 'rpm/a' }], ...more });

  describe('while the resolver is away', () => {
    const asked: readonly (readonly [string, object])[] = [
      ['/admin/v1/changes', change()],
      ['/admin/v1/cascades', { release: 'mill', components: ['rpm/a'], why: 'now' }],
      ['/api/v1/plans', { release: 'mill', components: ['rpm/a'] }],
    ];
    it.each(asked)('%s says who is away and what to do, and nothing is kept', async (path, body) => {
      const before = await everything();
      expect(await request('POST', path, body)).toMatchObject({
        status: 503,
        body: {
          code: 'service-away',
          kind: 'unavailable',
          detail: expect.stringContaining('resolver is not there'),
          remedy: expect.stringContaining('check that resolver runs'),
        },
      });
      expect(await everything()).toEqual(before);
    });

    it('what needs no resolver is done all the same', async () => {
      expect(await request('POST', '/admin/v1/releases/mill/hold', { why: 'the resolver is away' })).toMatchObject({
        status: 200,
      });
      expect(await request('POST', '/admin/v1/releases/mill/resume', {})).toMatchObject({ status: 200 });
    });

    it('what another team reports waits for it, and is taken up by itself', async () => {
      const report = { release: 'mill', components: [{ component: 'rpm/a' }], reporter: 'buildroot', reason: 'news' };
      publish(report, 'early');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await request('GET', '/api/v1/changes?release=mill')).body['changes']).toEqual([]);
      const played = play('s-1');
      await eventually(
        async () => ((await request('GET', '/api/v1/changes?release=mill')).body['changes'] as unknown[]).length === 1,
        'the change was checked',
        60_000,
      );
      for (const one of played) one.unsubscribe();
    }, 70_000);
  });

  describe('with everything there', () => {
    let played: readonly Subscription[];
    beforeAll(async () => {
      played = play('s-1');
      // The cascade of the news would go on by itself meanwhile.
      const { cascades } = (await request('GET', '/api/v1/cascades?release=mill')).body as {
        cascades: { cascade: string }[];
      };
      const path = `/admin/v1/cascades/${cascades[0]!.cascade}/cancel`;
      expect(await request('POST', path, { why: 'nothing is to move' })).toMatchObject({ status: 200 });
      await eventually(async () => {
        const before = JSON.stringify(await everything());
        await new Promise((resolve) => setTimeout(resolve, 300));
        return before === JSON.stringify(await everything());
      }, 'nothing moves any more');
    });
    afterAll(() => played.forEach((one) => one.unsubscribe()));

    const refused: readonly (readonly [string, string, unknown, number, string])[] = [
      ['POST', '/admin/v1/changes', '{"release":', 400, 'http'],
      ['POST', '/admin/v1/changes', {}, 422, 'request-malformed'],
      ['POST', '/admin/v1/changes', change({ components: [] }), 422, 'request-malformed'],
      ['POST', '/admin/v1/changes', change({ urgency: 'now!' }), 422, 'request-malformed'],
      ['POST', '/admin/v1/changes', change({ release: 'nowhere' }), 404, 'release-unknown'],
      ['POST', '/admin/v1/changes', change({ release: '../mill' }), 422, 'request-malformed'],
      ['POST', '/admin/v1/changes', change({ components: [{ component: 'rpm/nope' }] }), 404, 'component-unknown'],
      ['POST', '/admin/v1/changes', change({ components: [{ component: 'nope' }] }), 422, 'request-malformed'],
      ['POST', '/admin/v1/cascades', { release: 'mill', components: [] }, 422, 'components-missing'],
      ['POST', '/admin/v1/cascades', { release: 'mill', components: ['rpm/nope'] }, 404, 'component-unknown'],
      ['POST', '/admin/v1/cascades', { release: 'nowhere', components: ['rpm/a'] }, 404, 'release-unknown'],
      ['POST', '/api/v1/plans', { release: 'mill', components: ['rpm/a'], scopes: ['all'] }, 422, 'request-malformed'],
      ['POST', '/admin/v1/changes/ch-none/approve', {}, 404, 'change-unknown'],
      ['POST', '/admin/v1/cascades/c-none/cancel', {}, 404, 'cascade-unknown'],
      ['POST', '/admin/v1/cascades/c-none/adopt', { build: 'b-1' }, 404, ''],
      ['POST', '/admin/v1/releases/nowhere/hold', {}, 404, 'release-unknown'],
      ['POST', '/admin/v1/releases/mill/resume', {}, 409, 'hold-unknown'],
      ['POST', '/admin/v1/releases/mill/hold', { until: '2020-01-01T00:00:00Z' }, 422, 'hold-over'],
      ['POST', '/admin/v1/releases/mill/hold', { until: 'soon' }, 422, 'request-malformed'],
      ['GET', '/api/v1/cascades/%00', undefined, 404, 'cascade-unknown'],
      ['GET', '/api/v1/cascades?limit=-1', undefined, 422, 'request-malformed'],
      ['GET', '/api/v1/explain?release=mill', undefined, 422, 'request-malformed'],
      ['GET', '/api/v1/explain?release=nowhere&component=rpm/a', undefined, 404, 'release-unknown'],
    ];
    it.each(refused)(
      '%s %s of %j is refused, and everything is as it was',
      async (method, path, body, status, code) => {
        const before = await everything();
        const answer = await request(method, path, body);
        expect({ status: answer.status, code: answer.body['code'] }).toEqual({
          status,
          code: code || expect.anything(),
        });
        const { detail, remedy } = answer.body;
        expect(detail).toMatch(/.{8}/);
        if (status !== 400 && code !== '') expect(remedy).toMatch(/.{8}/);
        expect(await everything()).toEqual(before);
      },
    );

    it('a component that there is not is not said to be fine', async () => {
      const { body } = await request('GET', '/api/v1/explain?release=mill&component=rpm/aa');
      expect(body['lines']).toEqual(['The graph of mill does not know rpm/aa: did you mean rpm/a?']);
    });

    it('a body that is larger than what is taken is refused', async () => {
      const huge = JSON.stringify({ text: 'x'.repeat(9 * 1024 * 1024) });
      const answer = await request('POST', '/admin/v1/changes', huge);
      expect(answer).toMatchObject({
        status: 413,
        body: { code: 'body-too-large', remedy: expect.anything() as unknown },
      });
    });

    it('who has no token, a wrong one, or too small a role is told which it takes', async () => {
      const as = (token: string) => request('POST', '/admin/v1/releases/mill/hold', {}, { Authorization: token });
      expect(await as('')).toMatchObject({ status: 401, body: { code: 'token-needed' } });
      expect((await as('Bearer mallory')).status).toBeGreaterThanOrEqual(401);
      expect(await as('Bearer bob')).toMatchObject({ status: 403, body: { remedy: expect.anything() as unknown } });
    });

    it('messages that are none stop nobody', async () => {
      const subject = 'millrace.inlet.change.reported.v1.mill.rpm';
      client.publish(subject, 'no JSON');
      client.publish(subject, JSON.stringify({ specversion: '1.0', data: 5 }));
      publish({ release: 'mill', components: [{ component: '../../etc/passwd' }], reporter: '', reason: '' }, 'bad');
      publish(
        { release: 'mill', components: [{ component: 'rpm/nope' }], reporter: 'buildroot', reason: 'a typo' },
        'typo',
      );
      const outcome = async () => {
        const { changes } = (await request('GET', '/api/v1/changes?release=mill')).body as { changes: Told[] };
        return changes.find((one) => one.why === 'a typo');
      };
      await eventually(async () => (await outcome()) !== undefined, 'the typo was kept', 30_000);
      expect(await outcome()).toMatchObject({
        outcome: 'ignored',
        because: expect.stringMatching(/does not know rpm\/nope: did you mean rpm\/a/) as string,
      });
      expect((await request('GET', '/healthz')).status).toBe(200);
    }, 40_000);
  });

  interface Told {
    readonly outcome: string;
    readonly because: string;
    readonly why: string;
  }

  function publish(data: object, id: string): void {
    const head = { specversion: '1.0', id, source: 'buildroot', type: 'millrace.inlet.change.reported.v1' };
    const event = { ...head, time: new Date().toISOString(), subject: 'rpm/a', release: 'mill', data };
    client.publish('millrace.inlet.change.reported.v1.mill.rpm', JSON.stringify(event));
  }

  /** The resolver knows one component. */
  function play(snapshot: string): readonly Subscription[] {
    const impact = (message: Msg): void => {
      const { members } = message.json<{ members: string[] }>();
      const known = members.filter((one) => one === 'rpm/a');
      const unknown = members.filter((one) => one !== 'rpm/a');
      const hints = unknown.map((component) => ({ component, hint: 'did you mean rpm/a?' }));
      const rebuilds = known.map((component) => ({
        ...{ component, pass: 1, tier: 0, bootstrap: false, needs: [], because: 'it changed' },
      }));
      message.respond(
        JSON.stringify({ snapshot, tiers: 1, rebuilds, knots: [], likely: [], atMost: [], unknown: hints }),
      );
    };
    return [client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => impact(message) })];
  }
});

function writeTokens(dir: string, names: Readonly<Record<string, Role>>): void {
  const tokens = Object.entries(names).map(([name, role]) => {
    return { name, role, sha256: sha256(name), created_at: '', revoked_at: null };
  });
  writeFileSync(join(dir, 'tokens.json'), JSON.stringify({ tokens }));
}

/** It only observes: plans are made, and nothing is built. */
function release(name: string) {
  return {
    ...{ release: name, title: 'A mill', product_version: 'mill-1', build_systems: { rpm: 'local-rpm' }, sources: {} },
    gates: [{ id: 'all', rules: [] }],
    people: { ada: { mail: 'ada@mill.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
  };
}
