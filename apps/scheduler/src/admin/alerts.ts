import { doors, type DoorReply } from '@millrace/contracts';
import { answer, type BoundDoor, type ServiceAlert, type ServiceGauge } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import type { AlertRow } from '../domain/state';

type Read = { readonly alerts: TableReader<AlertRow> };
type View = DoorReply<typeof doors.scheduler.alerts>['alerts'][number];

/** Alerts shown in one answer of /readyz. */
const mostShown = 100;

/** What hangs, from the database alone. */
export function alertQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.alerts, async ({ release, state, limit }) => {
      const filter = { ...(release ? { release } : {}), ...(state === 'open' ? { open: 1 } : {}) };
      const ended = state === 'ended' ? { open: null } : {};
      const rows = await read.alerts.where({ ...filter, ...ended }, { orderBy: '-since', limit });
      return { alerts: rows.map(viewOf) };
    }),
  ];
}

/** For the body of /readyz: what hangs makes nothing unready. */
export async function openAlerts(read: Read): Promise<readonly ServiceAlert[]> {
  const rows = await read.alerts.where({ open: 1 }, { orderBy: '-since', limit: mostShown });
  return rows.map(({ id: alert, release, since, text, remedy }) => ({ alert, release, since, text, remedy }));
}

export function alertGauge(read: Read): ServiceGauge {
  return {
    help: 'Alerts that are open, by kind',
    label: 'kind',
    values: async () => {
      const counts = new Map<string, number>();
      for (const { kind } of await read.alerts.where({ open: 1 }, { orderBy: '-since', limit: 5000 })) {
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      return counts;
    },
  };
}

function viewOf({ id: alert, kind, subject, release, since, text, remedy, endedAt }: AlertRow): View {
  return { alert, kind, subject, release, since, text, remedy, endedAt };
}
