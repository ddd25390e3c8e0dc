import { doors, type DoorReply } from '@millrace/contracts';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { capacityId } from '../domain/capacity';
import type { CapacityRow } from '../domain/state';

type Read = { readonly capacity: TableReader<CapacityRow> };
type View = DoorReply<typeof doors.scheduler.buildSystems>['systems'][number];
export type Builders = Pick<View, 'builders' | 'unknown'>;

/** The slots are the database's, what builders bear is asked of the build systems themselves. */
export function buildSystemQuestions(
  read: Read,
  names: readonly string[],
  askBuilders: (system: string) => Promise<Builders>,
): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.buildSystems, async () => {
      const rows = await read.capacity.getMany(names.map(capacityId));
      const known = new Map(rows.map((row) => [row.id, row]));
      const builders = await Promise.all(names.map(askBuilders));
      return { systems: names.map((name, n) => viewOf(name, known.get(capacityId(name)), builders[n]!)) };
    }),
  ];
}

function viewOf(name: string, row: CapacityRow | undefined, builders: Builders): View {
  const { limit: capacity = 0, granted = [], downSince = null, problem = null } = row ?? {};
  return { name, capacity, used: granted.length, downSince, problem, ...builders };
}
