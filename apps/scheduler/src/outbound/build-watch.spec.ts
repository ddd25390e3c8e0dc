import type { BuildStatus, BuildSystem } from '@millrace/build-systems';
import { BuildWatch, pauseAfter } from './build-watch';

/** A build system that is only looked at; `looks`: what it was asked for, in turn. */
class Played {
  readonly name = 'played';
  readonly looks: (readonly string[])[] = [];
  readonly states = new Map<string, Pick<BuildStatus, 'state' | 'nvr'>>();

  look(refs: readonly string[]): Promise<readonly BuildStatus[]> {
    this.looks.push(refs);
    if (refs.length > 1 && refs.includes('lost')) return Promise.reject(new Error('one of them is not known'));
    return Promise.resolve(
      refs.flatMap((ref) => {
        const state = this.states.get(ref);
        return state ? [{ ref, ...state } as BuildStatus] : [];
      }),
    );
  }
}

describe('watching builds', () => {
  const never = new AbortController().signal;
  let system: Played;
  let watch: BuildWatch;
  beforeEach(() => {
    system = new Played();
    watch = new BuildWatch(system as unknown as BuildSystem);
    for (const ref of ['a', 'b', 'c']) system.states.set(ref, { state: 'building', nvr: null });
  });

  it('asks for all of them at one time, and tells of each when it has moved', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((ref) => watch.watch(ref, never));
    await Promise.resolve();
    system.states.set('a', { state: 'complete', nvr: 'a-1' });
    await expect(a).resolves.toMatchObject({ state: 'complete' });
    expect(system.looks.at(-1)).toEqual(['a', 'b', 'c']);
    system.states.set('b', { state: 'building', nvr: 'b-1' });
    await expect(b).resolves.toMatchObject({ nvr: 'b-1' });
    system.states.set('c', { state: 'failed', nvr: null });
    await expect(c).resolves.toMatchObject({ state: 'failed' });
  });

  it('tells at once of one that has ended already, and of one that is not known', async () => {
    system.states.set('a', { state: 'cancelled', nvr: null });
    await expect(watch.watch('a', never)).resolves.toMatchObject({ state: 'cancelled' });
    await expect(watch.watch('nobody', never)).rejects.toMatchObject({ code: 'build-unknown' });
  });

  it('one that cannot be looked at does not keep the others from being told', async () => {
    system.states.set('lost', { state: 'building', nvr: null });
    const a = watch.watch('a', never);
    const lost = watch.watch('lost', never);
    await Promise.resolve();
    system.states.delete('lost');
    system.states.set('a', { state: 'complete', nvr: 'a-1' });
    await expect(a).resolves.toMatchObject({ state: 'complete' });
    await expect(lost).rejects.toMatchObject({ code: 'build-unknown' });
  });

  it('looks again the sooner the less a look costs, and after 150 ms at the latest', () => {
    expect([0, 0.1, 2, 5, 100].map(pauseAfter)).toEqual([10, 10, 40, 100, 150]);
  });

  it('is broken off when the service stops', async () => {
    const stopping = new AbortController();
    const watched = watch.watch('a', stopping.signal);
    await Promise.resolve();
    stopping.abort();
    await expect(watched).rejects.toMatchObject({ code: 'stopping' });
  });
});
