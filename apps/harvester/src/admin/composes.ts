import type { doors, DoorReply, DoorRequest } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { Filter, TableReader } from '@millrace/store';
import type { Compose } from '../domain/state';

type List = typeof doors.harvester.composes;
type Show = typeof doors.harvester.compose;

/** Composes, newest first. */
export async function listComposes(
  composes: TableReader<Compose>,
  request: DoorRequest<List>,
): Promise<DoorReply<List>> {
  const filter: Filter = request.release === undefined ? {} : { release: request.release };
  const found = await composes.where(filter, { orderBy: '-at', limit: Number(request.limit ?? 50) });
  return { composes: found.map(viewOf) };
}

/** One compose with every artifact that it wants. */
export async function showCompose(
  composes: TableReader<Compose>,
  { compose: id }: { compose: string },
): Promise<DoorReply<Show>> {
  const compose = await composes.get(id);
  if (!compose) {
    throw new AppError({
      code: 'compose-unknown',
      kind: 'missing',
      message: `there is no compose '${id.slice(0, 200)}'`,
      remedy: '`millrace compose list` names them',
    });
  }
  const slots = compose.slots.map(({ component, nvr, build }) => ({
    component,
    nvr,
    state: build === null ? ('missing' as const) : ('present' as const),
  }));
  return { ...viewOf(compose), slots };
}

function viewOf(compose: Compose): DoorReply<List>['composes'][number] {
  return {
    compose: compose.id,
    release: compose.release,
    state: compose.state,
    because: compose.because,
    by: compose.by,
    path: compose.path,
    ...compose.counts,
    missing: compose.state === 'waiting' ? [...compose.missing] : [],
    problem: compose.problem,
    at: compose.at,
    finishedAt: compose.finishedAt,
  };
}
