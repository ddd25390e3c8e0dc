import type { BuildSystem, LandingAdapter } from '@millrace/build-systems';
import { AppError, type WorkEffect } from '@millrace/kernel';
import type { Input } from '../../domain/input';
import { landingChecking, landingExecuting, landingUndoing } from '../../outbound/landing';
import type { Outside } from '../../outbound/outside';
import type { World } from './world';

/** Makes a call of a landing with the world's own adapter, or with none. */
export async function performLanding(world: World, work: WorkEffect): Promise<Input | null> {
  const kinds = [landingChecking, landingExecuting, landingUndoing].map((make) => make(outsideOf(world)));
  const kind = kinds.find((one) => one.kind === work.kind)!;
  const order = work.order as never;
  try {
    const value = await kind.run(order, { signal: new AbortController().signal } as never);
    return kind.toInput(order, { ok: true, value: value as never }, work.key);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return kind.toInput(order, { ok: false, fault: thrown } as never, work.key);
  }
}

/** A release as an adapter sees it: what it has of builds, and who took what out by hand. */
export class PlayedRelease implements LandingAdapter {
  readonly name = 'koji-tag';
  readonly has = new Set<string>();
  /** Component -> what stands in the way of its builds. */
  readonly hindered = new Map<string, string>();
  /** Refused when it is brought in, though nothing was to be seen before. */
  readonly refuses = new Set<string>();
  /** What lands only together: component -> what it takes away from another. */
  readonly takes = new Map<string, string>();
  readonly acts: string[] = [];
  waits: string | null = null;

  constructor(
    readonly whole: boolean,
    readonly phases = 1,
  ) {}

  look: LandingAdapter['look'] = (_, builds) =>
    Promise.resolve(
      builds.map(({ ref, component }) => {
        const because = this.hindered.get(component);
        const hindrance = because ? ({ kind: 'newer-in-base', because, remedy: 'leave it behind' } as const) : null;
        return { ref, there: this.has.has(ref), hindrance };
      }),
    );

  closure: NonNullable<LandingAdapter['closure']> = (_, builds) => {
    const there = new Set(builds.map((one) => one.component));
    const broken = [...this.takes].filter(([taker, loser]) => there.has(taker) && !there.has(loser));
    const packages = broken.map(([taker, loser]) => {
      return { component: loser, package: `${loser}-1`, requirement: `lib of ${taker}`, causes: [taker] };
    });
    return Promise.resolve(packages);
  };

  execute: LandingAdapter['execute'] = (_, builds, phase) => {
    const bad = builds.find((one) => this.refuses.has(one.component));
    if (bad) return Promise.reject(refused(`${bad.component} may not be tagged`));
    if (this.waits !== null) return Promise.resolve({ waits: this.waits });
    for (const { ref, component } of builds) {
      this.acts.push(`${phase === 0 ? 'in' : 'final'} ${component}`);
      this.has.add(ref);
    }
    return Promise.resolve({ waits: null });
  };

  undo: LandingAdapter['undo'] = (_, builds) => {
    for (const { ref, component } of builds) {
      if (this.has.delete(ref)) this.acts.push(`out ${component}`);
    }
    return Promise.resolve();
  };
}

function refused(message: string): AppError {
  return new AppError({ code: 'policy-refused', kind: 'forbidden', message, remedy: 'ask for the permission' });
}

function outsideOf(world: World): Outside {
  const { lands } = world.outside;
  const played = {
    open: (release: string, cascade: string | null) =>
      Promise.resolve({ id: `${release}/${cascade}`, release, cascade }),
    repository: () => Promise.resolve({ number: 7, repository: 'file:///base/7' }),
    ...(lands ? { landing: lands } : {}),
  };
  const systems = new Map([['local-rpm', played as unknown as BuildSystem]]);
  const take = async (input: Input): Promise<unknown> => world.take(input, 'scheduler');
  return { read: world.store.read, systems, take, asker: null as never } as unknown as Outside;
}
