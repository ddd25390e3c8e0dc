import { later } from '@millrace/kernel';
import type { LandedBuild } from './input';
import { systemsOf } from './policy';
import type { CascadeRow } from './state';
import type { Turn } from './turn';

/** Its place does not have yet what another cascade has landed: nothing new starts in it. */
export function isFollowing({ following = [] }: Pick<CascadeRow, 'following'>): boolean {
  return following.length > 0;
}

/** Orders that a cascade's place takes builds that another one has landed. The slice holds the cascade. */
export function follow(turn: Turn, id: string, builds: readonly LandedBuild[]): void {
  const cascade = turn.row('cascades', id);
  turn.put('cascades', { ...cascade, following: [...(cascade.following ?? []), keyOf(builds)] });
  // Every order is carried out, and has an outcome that ends it.
  turn.work('place.follow', `${id}/${turn.context.id}`, { release: cascade.release, cascade: id, builds });
}

/** The place has them: builds start again. */
export function hasFollowed(turn: Turn, id: string, builds: readonly LandedBuild[]): void {
  const cascade = turn.row('cascades', id);
  const left = [...(cascade.following ?? [])];
  const place = left.indexOf(keyOf(builds));
  if (place === -1) return;
  left.splice(place, 1);
  const problem = cascade.problem?.startsWith(hindered) ? null : cascade.problem;
  turn.put('cascades', { ...cascade, following: left, problem });
  if (left.length > 0) return;
  for (const system of systemsOf(turn.row('releases', cascade.release).definition)) turn.look(system);
}

const hindered = 'nothing new starts before its place has what another cascade has landed';

/** It could not: tried again in a while, and the cascade says what hinders it. */
export function followLater(turn: Turn, id: string, builds: readonly LandedBuild[], why: string): void {
  const cascade = turn.row('cascades', id);
  turn.put('cascades', { ...cascade, problem: `${hindered}: ${why}` });
  const order = { release: cascade.release, cascade: id, builds };
  turn.work('place.follow', `${id}/${turn.context.id}`, order, later(turn.at, 15_000));
}

/** Builds that one order names are named by its first. */
function keyOf(builds: readonly LandedBuild[]): string {
  return builds[0]?.build ?? '';
}
