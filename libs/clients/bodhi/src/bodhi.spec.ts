import { serveJson } from '@millrace/testing/http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeBodhi } from './bodhi.suite';
import { connectToBodhi, hasMarker, type UpdateDraft } from './client';
import { startFakeBodhi, type FakeBodhi, type TagAnswer } from './fake';
import { changed } from './schema';
import { gateOf, standingOf } from './standing';

async function fakeWorld() {
  const tags = new Map<string, TagAnswer>();
  const stable: string[] = [];
  const fake = await startFakeBodhi({
    tag: (name) => tags.get(name) ?? null,
    onStable: (builds) => stable.push(...builds),
  });
  fake.addToken('secret', 'millrace');
  const sideTag = (names: readonly string[], owner = 'millrace') => {
    const tag = `f44-build-side-${tags.size + 1}`;
    const nvrs = names.map((name) => `${name}-1-1`);
    tags.set(tag, { builds: nvrs, sideTag: true, owner });
    return Promise.resolve({ tag, nvrs });
  };
  return { fake, tags, stable, sideTag, url: fake.url, token: 'secret', destroy: () => fake.stop() };
}

describeBodhi('the fake', fakeWorld);

describe('what goes wrong with a Bodhi', () => {
  let world: Awaited<ReturnType<typeof fakeWorld>>;
  let fake: FakeBodhi;
  beforeEach(async () => {
    world = await fakeWorld();
    fake = world.fake;
  });
  afterEach(() => world.destroy());

  const connect = () => connectToBodhi({ url: world.url, token: () => world.token, timeoutMs: 2000 });
  const draft = (fromTag: string, builds: readonly string[]): UpdateDraft => ({
    ...{ fromTag, builds, type: 'bugfix', marker: 'Millrace-Landing: f44/c1', notes: 'x'.repeat(20_000) },
  });
  const posts = () => fake.calls.filter((call) => call === 'POST /updates/').length;

  it('makes one update though the answer was lost', async () => {
    const { tag, nvrs } = await world.sideTag(['a', 'b']);
    fake.loseAnswers(1);
    await expect(connect().submit(draft(tag, nvrs))).rejects.toMatchObject({ code: 'bodhi-away', kind: 'unavailable' });
    const { alias } = await connect().submit(draft(tag, nvrs));
    expect([fake.updates.map((one) => one.alias), posts()]).toEqual([[alias], 1]);
  });

  it('logs in once, and once more when the log-in has run out', async () => {
    const { tag, nvrs } = await world.sideTag(['a', 'b']);
    const bodhi = connect();
    const { alias } = await bodhi.submit(draft(tag, nvrs));
    await bodhi.comment(alias, 'one');
    fake.expireLogins();
    await bodhi.comment(alias, 'two');
    expect(fake.updates[0]!.comments.map((one) => one.text)).toEqual(['one', 'two']);
    expect(fake.calls.filter((call) => call === 'GET /oidc/login-token')).toHaveLength(2);
  });

  it('takes no update that somebody else made of the side tag, and none of somebody else’s side tag', async () => {
    const { tag, nvrs } = await world.sideTag(['a']);
    fake.addToken('other', 'millrace');
    const theirs = connectToBodhi({ url: world.url, token: () => 'other' });
    await theirs.submit({ ...draft(tag, nvrs), marker: 'mine', notes: 'by hand; not Millrace-Landing: f44/c1' });
    await expect(connect().submit(draft(tag, nvrs))).rejects.toMatchObject({ code: 'bodhi-tag-taken' });
    const foreign = await world.sideTag(['c'], 'ada');
    await expect(connect().submit(draft(foreign.tag, foreign.nvrs))).rejects.toMatchObject({
      ...{ code: 'bodhi-forbidden', message: expect.stringContaining('does not own') as string },
    });
  });

  it('knows where an update stands, what its gate says and what it misses', async () => {
    const { tag, nvrs } = await world.sideTag(['a']);
    const bodhi = connect();
    const { alias } = await bodhi.submit(draft(tag, nvrs));
    const now = async () => (await bodhi.update(alias))!;
    expect(gateOf(await now()).decision).toBe('pending');
    fake.gate(alias, 'failed', ['fedora-ci.koji-build.installability']);
    expect(gateOf(await now())).toEqual({ decision: 'failed', because: `the gate of ${alias} has failed` });
    expect(await bodhi.testWords(alias)).toContain('fedora-ci.koji-build.installability (test-result-failed)');
    await expect(bodhi.request(alias, 'stable')).rejects.toMatchObject({
      ...{ code: 'bodhi-refused', message: expect.stringContaining('Required tests did not pass') as string },
    });
    fake.gate(alias, 'passed');
    await bodhi.request(alias, 'stable');
    fake.push(alias, 'stable');
    expect([standingOf(await now()), gateOf(await now()).decision, world.stable]).toEqual(['shipped', 'passed', nvrs]);
    await expect(bodhi.request(alias, 'unpush')).rejects.toMatchObject({ code: 'bodhi-refused' });
    expect(gateOf({ alias, test_gating_status: 'greenwave_failed' }).decision).toBe('unknown');
    expect(gateOf({ alias, test_gating_status: null }).decision).toBe('passed');
  });

  it('says when it is away, and when its answers are none', async () => {
    fake.fails(503);
    await expect(connect().update('FEDORA-2026-1')).rejects.toMatchObject({ code: 'bodhi-away', kind: 'unavailable' });
    const odd = await serveJson(() => ({ status: 200, body: { update: { alias: 7 } } }));
    const strange = connectToBodhi({ url: odd.url });
    await expect(strange.update('FEDORA-2026-1')).rejects.toMatchObject({ code: 'bodhi-away' });
    await odd.stop();
    await world.destroy();
    await expect(connect().update('FEDORA-2026-1')).rejects.toMatchObject({ code: 'bodhi-away' });
    world.destroy = () => Promise.resolve();
  });

  it('reads an update as Bodhi writes them', () => {
    const seen: unknown = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'update.json'), 'utf8'));
    const { update } = changed.parse(seen);
    expect([standingOf(update), gateOf(update).decision]).toEqual(['on-its-way', 'passed']);
    expect(hasMarker(update, 'Millrace-Landing: f44/c12-0123ab')).toBe(true);
    expect(hasMarker({ notes: 'see Millrace-Landing: f44/c12-0123ab' }, 'Millrace-Landing: f44/c12-0123ab')).toBe(
      false,
    );
  });
});
