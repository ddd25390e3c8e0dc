import { ended } from '../build-system-world';
import { kojiDesk } from './koji-desk.suite';
import type { KojiRelease, KojiReleases } from './settings';

describe('Koji: containers and images', () => {
  const desk = kojiDesk();
  const { order, connect, build, tagged } = desk;

  it('gives containers what the cascade has validated, and refuses an old package inside', async () => {
    const system = connect();
    desk.hub.control.addPackages('t1', ['old']);
    const old = await build(system, 'libfoo', 'c0');
    const before = await system.open('f43', 'c0');
    await system.admit(old.ref, before);
    await system.close(before, 'landed');
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    const make = async (name: string) => {
      const wanted = { ...order(name, 'c1', [lib.ref]), component: `container/${name}` };
      return ended(system, await system.submit(`c1/${name}`, wanted, place));
    };
    const box = await make('box');
    expect(box).toMatchObject({ state: 'complete', component: 'container/box', origin: 'cascade' });
    expect((await system.contents(box.ref)).inputs).toMatchObject([{ component: 'rpm/libfoo', build: lib.ref }]);
    const stale = await make('stale-box');
    expect(stale).toMatchObject({ state: 'failed', nvr: expect.stringMatching(/^stale-box-/) as string });
    const { class: failureClass, summary } = await system.evidence(stale.ref);
    expect(failureClass).toBe('dependencies');
    expect(summary).toBe(`libfoo-0:1.4-${old.nvr!.split('-').pop()}.x86_64 is inside, and the cascade has ${lib.nvr}`);
    await system.admit(box.ref, place);
    await system.close(place, 'landed');
    expect(tagged('t1')).toEqual(expect.arrayContaining(['box', 'libfoo']));
    const again = desk.hub.state.tasks.filter((t) => t.method === 'buildContainer');
    expect(again).toHaveLength(2);
  });

  it('makes images by the call that the release names, once, and knows them again', async () => {
    const call = {
      method: 'buildContainer',
      arguments: ['{source}', '{target}', { release: '{name}', git_branch: 'f43' }],
    };
    const target = {
      ...({ target: 't1', tag: 't1', isolation: 'side-tag', drafts: false, promote: 'land' } as const),
      call,
    } as const;
    const system = connect({}, 'millrace', 3, { releases: only({ rpm: target, image: target }) });
    const place = await system.open('f43', 'c1');
    const wanted = { ...order('box', 'c1'), component: 'image/box' };
    const ref = await system.submit('c1/image', wanted, place);
    expect(await connect().submit('c1/image', wanted, place)).toBe(ref);
    expect(await ended(system, ref)).toMatchObject({ state: 'complete', component: 'image/box', key: 'c1/image' });
    expect(desk.hub.state.tasks.filter((t) => t.method === 'buildContainer').map((t) => t.request[2])).toEqual([
      expect.objectContaining({ release: 'box' }),
    ]);
  });
});

function only(release: KojiRelease): KojiReleases {
  return { named: () => Promise.resolve(release), all: () => Promise.resolve(new Map([['f43', release]])) };
}
