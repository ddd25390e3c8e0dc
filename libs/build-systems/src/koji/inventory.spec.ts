import { connectToHub } from '@millrace/koji';
import { ended } from '../build-system-world';
import { kojiWorld } from './test-world';

const commit = '0123456789012345678901234567890123456789';
const source = 'git+https://src.example/rpms/libgear';
type KojiWorld = Awaited<ReturnType<typeof kojiWorld>>;

describe('what a release has on a hub', () => {
  let world: KojiWorld;
  let landed: string;

  beforeAll(async () => {
    world = await kojiWorld();
    landed = await buildByHand('t1');
    const people = connectToHub({
      url: world.hub.url,
      login: { kind: 'password', user: 'maintainer', password: 'secret' },
    });
    const [build] = await people.listBuildsOf(Number(landed.slice('koji.task-'.length)) as never);
    await people.write.tagBuild('t1', build!.build_id);
    await eventually(() =>
      world.hub.state.taggings.some((one) => one.build_id === build!.build_id && named(one.tag_id) === 't1'),
    );
    await people.close();
  });
  afterAll(() => world.destroy());

  const named = (id: number) => world.hub.state.tags.find((tag) => tag.id === id)?.name;
  const inventory = () => world.connect().inventory!(world.release, null, { inputs: true });

  async function buildByHand(target: string): Promise<string> {
    const people = connectToHub({
      url: world.hub.url,
      login: { kind: 'password', user: 'maintainer', password: 'secret' },
    });
    const outcome = await people.write.build(`${source}#${commit}`, target, {});
    await people.close();
    if (outcome.kind !== 'answered') throw new Error('it was not submitted');
    const ref = `koji.task-${outcome.value}`;
    await ended(world.connect(), ref);
    return ref;
  }

  it('names owner, builder, source and how long it took', async () => {
    const { builds, total, cursor, places } = await inventory();
    expect({ total, cursor, places }).toEqual({ total: 1, cursor: null, places: ['t1'] });
    expect(builds).toEqual([
      expect.objectContaining({
        ...{ component: 'rpm/libgear', ref: landed, owner: 'kojiadmin', builtBy: 'maintainer', failure: null },
        source: { kind: 'git', url: source.slice('git+'.length), commit },
        inputs: expect.any(Array) as unknown,
        durationMs: expect.any(Number) as unknown,
      }),
    ]);
  });

  it('writes nothing', async () => {
    const writes = () =>
      [...world.hub.calls].filter(([method]) =>
        /^(tag|untag|build$|create|edit|remove|cancel|promote|move)/.test(method),
      );
    const before = writes();
    await inventory();
    expect(writes()).toEqual(before);
  });

  it('names a build that failed since, for a target of the release', async () => {
    world.hub.control.addSource(source, { name: 'libgear', version: '2', release: '1', ends: 'compile' });
    const failed = await buildByHand('t1');
    const { builds } = await inventory();
    expect(builds[0]).toMatchObject({
      ref: landed,
      failure: { ref: failed, nvr: expect.stringMatching(/^libgear-2-1/) as string },
    });
  });
});

async function eventually(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 400 && !holds(); n++) await new Promise((done) => setTimeout(done, 10));
  if (!holds()) throw new Error('it did not come to be');
}
