import type { BuildStatus, BuildSystem } from '@millrace/build-systems';
import { World } from '../store/testing/world';
import { believable } from './believable';
import { buildLooking } from './build';
import type { Outside } from './outside';

const status = { ref: 'b-1', component: 'rpm/a', origin: 'cascade', state: 'building', nvr: null } as BuildStatus;
const place = { id: 'p', release: 'mill', cascade: null };

/** A build system that answers whatever it is told to. */
function lying(answers: Readonly<Record<string, unknown>>): BuildSystem {
  const said = Object.entries(answers).map(([call, answer]) => [call, () => Promise.resolve(answer)]);
  const lie = { name: 'hub', ...(Object.fromEntries(said) as object) } as BuildSystem;
  return believable(new Map([['hub', lie]])).get('hub')!;
}

const nonsense: readonly (readonly [string, (system: BuildSystem) => Promise<unknown>, unknown, RegExp])[] = [
  ['submit', (hub) => hub.submit('k', {} as never, place), '', /submit with the build ""/],
  ['submit', (hub) => hub.submit('k', {} as never, place), 7, /the build 7/],
  ['find', (hub) => hub.find('k'), { id: 1 }, /find with the build/],
  ['look', (hub) => hub.look(['b-1']), [{ ...status, ref: 'b-2' }], /build b-2.*others were asked for/],
  ['look', (hub) => hub.look(['b-1']), [{ ...status, state: 'OPEN' }], /b-1 in state "OPEN".*one of submitted/],
  ['look', (hub) => hub.look(['b-1']), [{ ...status, component: 'a' }], /of "a".*no component/],
  ['look', (hub) => hub.look(['b-1']), [null], /a build has a name/],
  ['contents', (hub) => hub.contents('b-1'), { component: 'rpm/a', nvr: '' }, /contents of b-1/],
  ['seen', (hub) => hub.seen('mill', null), { builds: [], cursor: 12 }, /the cursor 12/],
  ['seen', (hub) => hub.seen('mill', null), { builds: [{ ...status, state: '' }], cursor: '1' }, /in state ""/],
  ['admit', (hub) => hub.admit('b-1', place), { number: -1, repository: 'x' }, /the repository/],
  ['repository', (hub) => hub.repository('mill', null), { number: 1, repository: '' }, /the repository/],
  ['close', (hub) => hub.close(place, 'kept'), undefined, /the repository undefined/],
];

describe('a build system that answers nonsense', () => {
  it.each(nonsense)('to %s is asked again, with what came and what to do', async (call, ask, answer, message) => {
    const fault = {
      code: 'build-system-nonsense',
      kind: 'unavailable',
      remedy: expect.stringContaining('hub') as string,
    };
    await expect(ask(lying({ [call]: answer }))).rejects.toMatchObject(fault);
    await expect(ask(lying({ [call]: answer }))).rejects.toThrow(message);
  });

  it('and one that makes sense is believed', async () => {
    const hub = lying({ look: [status], find: null, submit: 'b-1', seen: { builds: [status], cursor: '1' } });
    expect(hub.name).toBe('hub');
    await expect(hub.look(['b-1'])).resolves.toEqual([status]);
    await expect(hub.find('k')).resolves.toBeNull();
    await expect(hub.submit('k', {} as never, place)).resolves.toBe('b-1');
    await expect(hub.seen('mill', null)).resolves.toMatchObject({ cursor: '1' });
  });

  it('about a build leaves its rebuild as it was, and says so; it goes on when the answer makes sense', async () => {
    const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] } });
    await world.start('all');
    const looks = () => [...world.works.entries()].find(([, work]) => work.kind === 'build.look');
    while (!looks()) await world.settle(() => 0, 1).catch(() => undefined);
    const [id, work] = looks()!;
    world.works.delete(id);
    const other = { ...status, ref: world.rebuild('rpm/a').build!, component: 'rpm/other', state: 'complete' };
    const hub = lying({ look: [other], contents: {} });
    const looking = buildLooking({
      read: world.store.read,
      systems: new Map([['local-rpm', hub]]),
    } as unknown as Outside);
    const order = work.order as Parameters<typeof looking.run>[0];
    const fault: unknown = await looking
      .run(order, { key: '', attempt: 1, signal: new AbortController().signal })
      .catch((thrown: unknown) => thrown);
    await world.take(looking.toInput(order, { ok: false, fault: fault as never }, work.key)!);
    expect(world.rebuild('rpm/a')).toMatchObject({
      state: 'building',
      because: expect.stringMatching(
        /cannot be looked at now: hub answered look with build .* of rpm\/other/,
      ) as string,
    });
    expect(world.submitted).toHaveLength(1);
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.submitted).toHaveLength(2);
  });
});
