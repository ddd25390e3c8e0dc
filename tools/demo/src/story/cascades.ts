import { doors, type DoorReply } from '@millrace/contracts';
import { until } from '@millrace/testing/stories';
import { release, type World } from '../world';

export type Cascade = DoorReply<typeof doors.scheduler.cascade>;
export type Rebuild = Cascade['rebuilds'][number];

export function cascadeOf({ client }: World, cascade: string): Promise<Cascade> {
  return client.call(doors.scheduler.cascade, { cascade });
}

/** Waits until a cascade has one of these states. */
export function cascadeIs(
  world: World,
  cascade: string,
  states: readonly Cascade['state'][],
  seconds: number,
): Promise<Cascade> {
  const what = `that cascade ${cascade} is ${states.join(' or ')}`;
  return until({ what, seconds, signal: world.signal }, async () => {
    const whole = await cascadeOf(world, cascade);
    return states.includes(whole.state) ? whole : null;
  });
}

/** The cascade that has this component as a root, once there is one. */
export function cascadeWithRoot(world: World, component: string, seconds: number): Promise<string> {
  const what = `that a cascade starts for ${component}`;
  return until({ what, seconds, signal: world.signal }, async () => {
    const { cascades } = await world.client.call(doors.scheduler.cascades, { release });
    // The bootstrap has every component as a root; this one is about one.
    return cascades.find((c) => c.roots.length === 1 && c.roots[0] === component)?.cascade ?? null;
  });
}

export function rebuildOf(cascade: Cascade, component: string): Rebuild | null {
  return cascade.rebuilds.find((rebuild) => rebuild.component === component && !rebuild.bootstrap) ?? null;
}

export function inState(cascade: Cascade, ...states: readonly Rebuild['state'][]): readonly string[] {
  return cascade.rebuilds.filter((rebuild) => states.includes(rebuild.state)).map((rebuild) => rebuild.component);
}
