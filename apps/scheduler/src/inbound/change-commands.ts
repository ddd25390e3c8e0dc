import { doors } from '@millrace/contracts';
import { obey, type BoundDoor } from '@millrace/service';
import type { ChangeRow } from '../domain/change-rows';
import type { Input } from '../domain/input';

const own = doors.scheduler;

/** What people decide about changes that wait. `change` throws when there is none of that id. */
export function changeCommands(change: (id: string) => Promise<ChangeRow>): readonly BoundDoor<Input>[] {
  return [
    obey(own.changeApprove, async ({ change: id, why }): Promise<Input> => {
      const { release } = await change(id);
      return { type: 'change.approve', release, change: id, why };
    }),
    obey(own.changeReject, async ({ change: id, why }): Promise<Input> => {
      const { release } = await change(id);
      return { type: 'change.reject', release, change: id, why };
    }),
  ];
}
