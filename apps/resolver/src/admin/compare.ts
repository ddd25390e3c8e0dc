import { doors, type DoorReply } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { compareBuild } from '../domain/compare';
import { factsOfBuild, layOver, type ComponentFacts } from '../domain/facts';
import type { Overlay, View, Views } from '../domain/views';

export interface CompareRequest {
  readonly release: string;
  readonly snapshot: string;
  readonly overlay: Overlay;
  readonly component: ComponentId;
  readonly scope: 'capability' | 'direct';
  readonly contents: string;
  readonly bootstrap: boolean;
}

type Reply = DoorReply<typeof doors.resolver.compare>;

/** What a new build takes from others, on the snapshot with the cascade's validated builds laid over it. */
export async function answerCompare(request: CompareRequest, views: Views, asker: Asker): Promise<Reply> {
  if (request.bootstrap) return { lost: [], unneeded: [], added: [] };
  const view = await views.at(request.release, request.snapshot, request.overlay);
  const build = await newFacts(request, view, asker);
  const { lost, added } = build ? compareBuild(view.world, build, request.scope, view.reach) : { lost: [], added: [] };
  return { lost: [...lost], unneeded: [], added: [...added] };
}

/** What is assembled offers nothing to others by itself: its facts stay as they are, and only its holders matter. */
async function newFacts(request: CompareRequest, { world }: View, asker: Asker): Promise<ComponentFacts | null> {
  const index = world.indexOf.get(request.component);
  const before = index === undefined ? null : world.components[index]!;
  if (!request.component.startsWith('rpm/')) return before;
  const contents = await asker.ask(doors.scheduler.contents, { digest: request.contents });
  return layOver(before, factsOfBuild(contents));
}
