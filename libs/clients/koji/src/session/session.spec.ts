import { fakeWorld, sources, type FakeWorld } from '../fake/fake-world';
import type { KojiHub } from '../hub';
import { valueOf } from '../hub.suite';
import type { CallIntent } from './outcome';

const source = `${sources}/libfoo#${'0'.repeat(40)}`;

describe('a session in trouble', () => {
  let world: FakeWorld;
  let hub: KojiHub;
  beforeEach(async () => {
    world = await fakeWorld({ stepMs: 0 });
    hub = world.connect();
  });
  afterEach(async () => {
    Object.assign(world.fake.trouble, { offline: false, loseAnswers: 0, cutBefore: 0 });
    await hub.close();
    await world.destroy();
  });
  const builds = () => world.fake.state.tasks.filter((t) => t.method === 'build').length;
  const submit = (intents: CallIntent[] = []) =>
    hub.write.build(source, 't1', {}, { before: (intent) => void intents.push(intent) });

  it('sends again what never arrived', async () => {
    world.fake.trouble.cutBefore = 3;
    expect(valueOf(await submit())).toBe(world.fake.state.tasks[0]!.id);
    expect(builds()).toBe(1);
  });

  it('learns that a write happened whose answer was lost', async () => {
    world.fake.trouble.loseAnswers = 1;
    expect(await submit()).toEqual({ kind: 'happened' });
    expect(builds()).toBe(1);
    expect(valueOf(await submit())).toBeGreaterThan(0);
    expect(builds()).toBe(2);
  });

  it('waits for a hub that is offline or behind a broken proxy', async () => {
    world.fake.trouble.offline = true;
    setTimeout(() => Object.assign(world.fake.trouble, { offline: false, badGateway: 1 }), 15);
    expect(valueOf(await submit())).toBeGreaterThan(0);
    expect(builds()).toBe(1);
  });

  it('gives up after its tries, and says that nothing happened when nothing can have', async () => {
    await hub.write.getLoggedInUser();
    world.fake.trouble.offline = true;
    await expect(submit()).rejects.toMatchObject({ faultName: 'ServerOffline', kind: 'unavailable' });
    expect(builds()).toBe(0);
  });

  it('says that it does not know, and learns it later under the same number', async () => {
    await hub.write.getLoggedInUser();
    Object.assign(world.fake.trouble, { loseAnswers: 1, cutBefore: 0 });
    const intents: CallIntent[] = [];
    const lost = submit(intents);
    await until(() => builds() === 1);
    world.fake.trouble.cutBefore = 99;
    await expect(lost).rejects.toMatchObject({ code: 'koji-outcome-unknown', kind: 'unavailable', intent: intents[0] });
    world.fake.trouble.cutBefore = 0;
    // Others go on in a session of their own, or the hub could no longer tell.
    await hub.write.getLoggedInUser();
    await hub.write.requestRepo('t1-build', 'last');
    expect(await hub.resume(intents[0]!).build(source, 't1', {})).toEqual({ kind: 'happened' });
    expect(builds()).toBe(1);
  });

  it('executes under a resumed intent what had not happened', async () => {
    await hub.write.getLoggedInUser();
    const intents: CallIntent[] = [];
    world.fake.trouble.cutBefore = 99;
    await expect(submit(intents)).rejects.toMatchObject({ code: 'koji-outcome-unknown' });
    world.fake.trouble.cutBefore = 0;
    expect(valueOf(await hub.resume(intents[0]!).build(source, 't1', {}))).toBeGreaterThan(0);
    expect(builds()).toBe(1);
  });

  it('renews an expired session and goes on with its numbers', async () => {
    const intents: CallIntent[] = [];
    await submit(intents);
    world.fake.control.expireSessions();
    expect(valueOf(await submit(intents))).toBeGreaterThan(0);
    expect(world.fake.state.sessions).toHaveLength(1);
    expect(intents.map((i) => [i.session.id, i.callnum])).toEqual([0, 1, 1].map((n) => [intents[0]!.session.id, n]));
    expect(intents[2]!.session.key).not.toBe(intents[1]!.session.key);
  });

  it('does not write twice when an answer is lost and the session expires before the second try', async () => {
    await hub.write.getLoggedInUser();
    world.fake.trouble.loseAnswers = 1;
    const lost = submit();
    await until(() => builds() === 1);
    world.fake.control.expireSessions();
    expect(await lost).toEqual({ kind: 'happened' });
    expect(builds()).toBe(1);
  });

  it('does not write twice when an answer is lost and the session with it', async () => {
    await hub.write.getLoggedInUser();
    world.fake.trouble.loseAnswers = 1;
    const lost = submit();
    await until(() => builds() === 1);
    world.fake.control.dropSessions();
    await expect(lost).rejects.toMatchObject({ code: 'koji-outcome-unknown' });
    expect(builds()).toBe(1);
  });

  it('logs in anew when the hub forgot the session and nothing was lost', async () => {
    await submit();
    world.fake.control.dropSessions();
    expect(valueOf(await submit())).toBeGreaterThan(0);
    expect(builds()).toBe(2);
  });

  it('says of a resumed intent whose session is gone that nobody can say any more', async () => {
    const intents: CallIntent[] = [];
    await submit(intents);
    world.fake.control.dropSessions();
    const again = hub.resume(intents[0]!).build(source, 't1', {});
    await expect(again).rejects.toMatchObject({ code: 'koji-session-gone', kind: 'conflict' });
  });

  it('sends nothing before its numbers are stored', async () => {
    const refuse = () => Promise.reject(new Error('disk full'));
    await expect(hub.write.build(source, 't1', {}, { before: refuse })).rejects.toThrow('disk full');
    expect(builds()).toBe(0);
    expect(valueOf(await submit())).toBeGreaterThan(0);
  });

  it('reads without a session, again and again', async () => {
    world.fake.trouble.cutBefore = 2;
    expect(await hub.getBuildTarget('t1')).toMatchObject({ name: 't1' });
    expect(world.fake.state.sessions).toEqual([]);
  });
});

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((done) => setImmediate(done));
}
