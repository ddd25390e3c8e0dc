import type { DoorReply, doors } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { orderOf } from '../domain/order';
import { isRebuildable, notRebuildable } from '../domain/policy';
import { previewOf } from '../domain/preview';
import { didYouMean } from '../domain/suggest';
import type { FreshView, Overlay, View, Views } from '../domain/views';
import { StreamFilter } from './left-out-streams';
import { partOf, type Part } from './page';

export interface ImpactRequest extends Part {
  readonly release: string;
  readonly snapshot?: string | undefined;
  readonly members: readonly ComponentId[] | 'all';
  readonly overlay: Overlay | null;
  readonly preview: boolean;
}

type Reply = DoorReply<typeof doors.resolver.impact>;

/** Freezes what is to be rebuilt: on a named snapshot as it is, else on the newest with its members' sources as they are now. */
export async function answerImpact(request: ImpactRequest, views: Views, fresh: FreshView): Promise<Reply> {
  const { release, snapshot, overlay, members, preview } = request;
  const newest = snapshot === undefined && overlay === null ? await fresh(release, members) : null;
  const view = newest ?? (await views.at(release, snapshot ?? (await views.newest(release)).snapshot.id, overlay));
  const streams = new StreamFilter(view.reach, view.world.indexOf.keys());
  const { known, unknown } = membersOf(view, members, streams);
  const { rebuilds, knots, tiers } = orderOf(view.world, known);
  const { likely, atMost } = preview ? previewOf(view.world, known, view.reach) : { likely: [], atMost: [] };
  const kept = { likely: likely.filter((id) => streams.keeps(id)), atMost: atMost.filter((id) => streams.keeps(id)) };
  return {
    ...{ snapshot: view.snapshot.id, tiers, unknown, total: rebuilds.length },
    rebuilds: partOf(rebuilds, request),
    knots: knots.map((knot) => [...knot]),
    ...{ ...kept, left_out: streams.leftOut },
  };
}

/** Who names a stream means it; `all` are those that the release rebuilds. */
function membersOf(
  view: View,
  members: readonly ComponentId[] | 'all',
  streams: StreamFilter,
): { known: number[]; unknown: Reply['unknown'] } {
  const { world, reach } = view;
  if (members === 'all') {
    const all = world.components.map((_, n) => n).filter((n) => isRebuildable(world.components[n]!, reach));
    return { known: all.filter((n) => streams.keeps(world.components[n]!.component)), unknown: [] };
  }
  const known = new Set<number>();
  const unknown: Reply['unknown'] = [];
  for (const component of members) {
    const hint = hintFor(view, component);
    if (hint === null) known.add(world.indexOf.get(component)!);
    else unknown.push({ component, hint });
  }
  return { known: [...known], unknown };
}

/** Why a named member cannot be rebuilt. Policies are the asker's business: whoever names a component may mean it. */
function hintFor({ world, reach }: View, component: ComponentId): string | null {
  const index = world.indexOf.get(component);
  if (index === undefined) return didYouMean(component, world.indexOf.keys());
  return notRebuildable(world.components[index]!, { ...reach, components: [] });
}
