import type { SourceRef } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { BuildRef, BuildStatus, BuildSystem, Order, Place } from './build-system';

/** Sources that every world can build, by what they are for. */
export type SampleName =
  | 'library'
  /** Builds only when `library` is in its place. */
  | 'program'
  | 'does-not-compile'
  | 'fails-its-test'
  /** Builds until somebody ends it. */
  | 'endless'
  /** Needs `ring-b`, except in its bootstrap. */
  | 'ring-a'
  /** Needs `ring-a`. */
  | 'ring-b';

export interface Sample {
  readonly component: ComponentId;
  readonly source: SourceRef;
  /** Of a bootstrap pass. */
  readonly bootstrapMacros?: Readonly<Record<string, string>>;
}

/** A build system with nothing in it, and what a test does to it from outside. */
export interface BuildSystemWorld {
  readonly release: string;
  /** A build whose needs are not admitted yet `fails`, or `waits` for them; it never goes on without them. */
  readonly early: 'fails' | 'waits';
  /** Numbers of a place's repositories: `consecutive`, or only `rising` where they are a whole server's events. */
  readonly numbers: 'consecutive' | 'rising';
  /** As another process sees it, with nothing in memory: called again it is as after a restart. */
  connect(): BuildSystem;
  sample(name: SampleName): Sample;
  /** Ends whatever works on the build, without a word. */
  kill(ref: BuildRef): Promise<void>;
  /** A maintainer's build, past the scheduler: against the cascade's place, or the release's own. */
  makeByHand(name: SampleName, cascade: string | null): Promise<BuildRef>;
  destroy(): Promise<void>;
}

/** Asked anew by each test: the world is made before the first. */
export type World = () => BuildSystemWorld;

export interface Variation {
  readonly bootstrap?: boolean;
  readonly siblings?: readonly BuildRef[];
  readonly needs?: readonly BuildRef[];
}

export function orderOf(world: BuildSystemWorld, name: SampleName, cascade: string | null, how: Variation = {}): Order {
  const { component, source, bootstrapMacros = {} } = world.sample(name);
  const { bootstrap = false, siblings = [], needs = [] } = how;
  const macros = bootstrap ? bootstrapMacros : {};
  return {
    release: world.release,
    ...{ component, cascade, source, macros, bootstrap, siblings, needs, generation: 1, pass: bootstrap ? 0 : 1 },
  };
}

/** Key `<cascade>/<key>/<name>`; the cascade's place is opened. */
export async function startOne(
  world: BuildSystemWorld,
  name: SampleName,
  cascade: string | null,
  key: string,
  how: Variation = {},
): Promise<BuildRef> {
  const system = world.connect();
  const place: Place = await system.open(world.release, cascade);
  return system.submit(`${cascade}/${key}/${name}`, orderOf(world, name, cascade, how), place);
}

export async function buildOne(...args: Parameters<typeof startOne>): Promise<BuildStatus> {
  return ended(args[0].connect(), await startOne(...args));
}

export function ended(system: BuildSystem, ref: BuildRef): Promise<BuildStatus> {
  return until(system, ref, (status) => !['submitted', 'building'].includes(status.state));
}

export function untilBuilding(system: BuildSystem, ref: BuildRef): Promise<BuildStatus> {
  return until(system, ref, (status) => status.state === 'building' && status.nvr !== null);
}

export async function until(
  system: BuildSystem,
  ref: BuildRef,
  is: (status: BuildStatus) => boolean,
): Promise<BuildStatus> {
  for (;;) {
    const [status] = await system.look([ref]);
    if (status && is(status)) return status;
    await new Promise((done) => setTimeout(done, 25));
  }
}
