import { doors } from '@millrace/contracts';
import { connectToHub } from '@millrace/koji';
import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { eventually } from '@millrace/testing';
import { answerAs, startScheduler, type RunningScheduler } from './testing/running-scheduler';

const source = 'git+https://src.example/rpms/libfoo';
const commit = '0123456789012345678901234567890123456789';
const names = ['east', 'west'] as const;
type Name = (typeof names)[number];

interface Build {
  readonly build: string;
  readonly component: string;
  readonly nvr: string;
}

/** Two hubs that count alike, each with a release of its own, and one scheduler. */
describe('two hubs with equal task ids', () => {
  let scheduler: RunningScheduler;
  const hubs = new Map<Name, FakeHub>();

  beforeAll(async () => {
    for (const name of names) hubs.set(name, layOut(await startFakeHub()));
    const plan = { snapshot: 's-1', knots: [], unknown: [], likely: [], atMost: [], rebuilds: [], tiers: 0 };
    scheduler = await startScheduler({
      settings: { build_systems: Object.fromEntries([...hubs].map(([name, hub]) => [name, settingsFor(hub)])) },
      files: { password: 'secret\n' },
      play: (client) => answerAs(client, doors.resolver.impact, () => plan),
    });
    for (const name of names) {
      const { status } = await scheduler.request('POST', '/admin/v1/releases', { definition: release(name) });
      expect(status).toBe(200);
    }
  });
  afterAll(async () => {
    await scheduler?.stop();
    for (const hub of hubs.values()) await hub.close();
  });

  async function builds(name: Name): Promise<readonly Build[]> {
    const { body } = await scheduler.request('GET', `/api/v1/builds?release=${name}`);
    return body['builds'] as Build[];
  }

  async function buildByHand(name: Name): Promise<number> {
    const login = { kind: 'password', user: 'maintainer', password: 'secret' } as const;
    const people = connectToHub({ url: hubs.get(name)!.url, login });
    const made = await people.write.build(`${source}#${commit}`, 't1', {});
    await people.close();
    if (made.kind !== 'answered') throw new Error('it was not submitted');
    return made.value;
  }

  it('keeps the builds of both, each under its own name', async () => {
    const ids = [await buildByHand('east'), await buildByHand('west')];
    expect(ids[0]).toBe(ids[1]);
    for (const name of names) await eventually(async () => (await builds(name)).length === 1, `${name}'s is seen`);
    const seen = [...(await builds('east')), ...(await builds('west'))];
    expect(seen.map((one) => [one.build, one.component])).toEqual([
      [`east.task-${ids[0]}`, 'rpm/libfoo'],
      [`west.task-${ids[0]}`, 'rpm/libfoo'],
    ]);
  });

  it('finds a build that no event tells of, when it starts, and takes it once', async () => {
    const made = unheard(hubs.get('east')!);
    await scheduler.restart();
    await eventually(async () => (await builds('east')).length === 2, 'it is found');
    await scheduler.restart();
    expect((await builds('east')).map((one) => one.nvr)).toContain(made);
    expect([(await builds('east')).length, (await builds('west')).length]).toEqual([2, 1]);
  });
});

/** A newer build of the same package is in the tag, and the tag's history has nothing new. */
function unheard({ state }: FakeHub): string {
  const old = state.builds.at(-1)!;
  const task = state.tasks.find((one) => one.id === old.task_id)!;
  const tagging = state.taggings.find((one) => one.build_id === old.id)!;
  const [id, task_id] = [old.id + 1000, task.id + 1000];
  const completion_ts = old.completion_ts! + 60;
  state.tasks.push({ ...task, id: task_id, completion_ts });
  state.builds.push({ ...old, id, task_id, version: '3', completion_ts });
  Object.assign(tagging, { create_event: 0 });
  state.taggings.unshift({ ...tagging, build_id: id });
  return `libfoo-3-${old.release}`;
}

function layOut(hub: FakeHub): FakeHub {
  const { control } = hub;
  for (const user of ['millrace', 'maintainer']) control.addUser(user, 'secret', ['admin']);
  control.addTag('t1', { packages: ['libfoo'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1');
  control.addSource(source, { name: 'libfoo', version: '2', release: '1' });
  return hub;
}

function settingsFor({ url }: FakeHub): object {
  return {
    ...{ kind: 'koji', url, top_url: 'http://127.0.0.1:9/koji', capacity: 4, poll_seconds: 0.1 },
    login: { kind: 'password', user: 'millrace', password_file: 'DIR/password' },
    ...{ longest_call_seconds: 3, retries: 10, retry_seconds: 0.1 },
  };
}

function release(name: Name): object {
  return {
    ...{ release: name, title: name, product_version: name, mode: 'observe', scope: 'capability' },
    ...{ build_systems: { rpm: name }, sources: {}, gates: [], when_no_tests: 'pass' },
    build_targets: { rpm: { target: 't1', tag: 't1' } },
    triggers: { rules: [{ kinds: ['build'], outcome: 'ignore', reason: 'a test' }] },
    ...{ people: { rae: { mail: 'rae@t1.example' } }, owners: [], releng: ['rae'] },
  };
}
