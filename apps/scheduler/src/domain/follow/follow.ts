import { followRing, type ReleaseDefinition } from '@millrace/contracts';
import { digestOf, later, refuse, type Refusal } from '@millrace/kernel';
import { check } from '../changes';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import type { Followed, FollowInput, Landing } from './follow-input';
import { mapped } from './mapping';
import { dropWaiting } from './undone';

/** Milliseconds between two looks at what landed in the releases that are followed. */
const lookEvery = 2000;
/** Things that landed and are remembered as taken; a look sees fewer. */
const mostSeen = 2000;

/** Looks at what landed in the releases that this one follows; what landed before it began to is the baseline. */
export function followDue(turn: Turn, name: string): void {
  const { definition } = turn.row('releases', name);
  if (!definition.follow?.length) return;
  const before = followedIn(turn, name);
  const names = [...new Set(definition.follow.map((one) => one.release))];
  const followed = Object.fromEntries(names.map((of) => [of, before[of] ?? { since: turn.at, seen: [] }]));
  keep(turn, name, followed);
  turn.work('follow.look', `${name}/${turn.context.id}`, { release: name, followed });
}

/** What landed since: each landing is one change here, whatever the number of its builds. */
export function followLooked(turn: Turn, input: Extract<FollowInput, { type: 'follow.looked' }>): void {
  const { definition } = turn.row('releases', input.release);
  const followed = followedIn(turn, input.release);
  for (const landing of input.landings) {
    const before = followed[landing.of];
    if (!before || landing.seen.every((one) => before.seen.includes(one))) continue;
    followed[landing.of] = { ...before, seen: [...before.seen, ...landing.seen].slice(-mostSeen) };
    if (landing.undone) dropWaiting(turn, definition, landing);
    follow(turn, definition, landing);
  }
  if (input.landings.length > 0) keep(turn, input.release, followed);
  followSoon(turn, definition);
}

/** Looks again in a while, as long as the release follows another. */
export function followSoon(turn: Turn, { release, follow: entries }: ReleaseDefinition): void {
  const at = entries?.length ? later(turn.at, lookEvery) : null;
  turn.wake(`follow/${release}`, at, { type: 'follow.due', release });
}

/** Releases that follow one another would rebuild one another's rebuilds for ever. The slice holds all releases. */
export function refuseRing(turn: Turn, definition: ReleaseDefinition): Refusal | null {
  if (!definition.follow?.length) return null;
  const others = turn.all('releases').map((row) => row.definition);
  const all = [...others.filter((one) => one.release !== definition.release), definition];
  const ring = followRing(all, definition.release);
  if (!ring) return null;
  const because = `these releases would follow one another in a ring: ${ring.join(' -> ')}`;
  return refuse('follow-ring', because, 'take one `follow` out of their definitions', 'conflict');
}

function follow(turn: Turn, definition: ReleaseDefinition, landing: Landing): void {
  const { release } = definition;
  const entry = definition.follow?.find((one) => one.release === landing.of && mapped(one, landing.builds) !== null);
  const found = entry && mapped(entry, landing.builds);
  if (!entry || !found) return;
  const names = found.builds.map((one) => one.component);
  const why = `${landing.what} ${landing.undone ? 'was taken back' : 'landed'} in ${landing.of}: ${listed(names, 3)}`;
  const undone = landing.undone ? { undone: entry.when_reverted ?? ('ask' as const) } : {};
  check(turn, {
    change: `ch-${digestOf([release, landing.of, landing.id]).slice(7, 19)}`,
    ...{ release, kind: 'commit', urgency: entry.urgency, by: `follow:${landing.of}`, why: clip(why, 500), times: 0 },
    components: found.builds.map(({ here }) => ({ component: here })),
    message: { source: `release/${landing.of}`, id: clip(landing.id, 300) },
    follows: {
      ...{ release: landing.of, landing: landing.id, ...found },
      ...{ lull: entry.lull, lullMax: entry.lull_max ?? null },
      ...undone,
    },
  });
}

/** A row of `cursors` of its own. */
export function followCursor(release: string): string {
  return `${release}/${followPoller}`;
}

/** No name of a build system. */
const followPoller = '(followed)';

function followedIn(turn: Turn, release: string): Record<string, Followed> {
  const text = turn.find('cursors', followCursor(release))?.cursor ?? null;
  return text === null ? {} : (JSON.parse(text) as Record<string, Followed>);
}

function keep(turn: Turn, release: string, followed: Readonly<Record<string, Followed>>): void {
  const id = followCursor(release);
  const old = turn.find('cursors', id);
  const cursor = JSON.stringify(followed);
  if (old?.cursor === cursor) return;
  const revision = old?.revision ?? 0;
  turn.put('cursors', {
    id,
    revision,
    release,
    system: followPoller,
    cursor,
    round: (old?.round ?? 0) + 1,
    problem: null,
  });
}
