import type { BusConnection } from '@millrace/bus';
import type { Database } from '@millrace/store';
import type { Check } from './health';

/** What every service needs to be ready. */
export function checksOf(database: Database, bus: BusConnection): readonly Check[] {
  return [
    {
      name: 'database',
      problem: async () => ((await database.reader.rows('SELECT 1 AS one')).length === 1 ? null : 'no answer'),
    },
    {
      name: 'bus',
      problem: async () => {
        if (bus.nats.isClosed()) return 'the connection is closed';
        const answers = bus.manager.getAccountInfo().then(() => null, String);
        return Promise.race([answers, silence(2000)]);
      },
    },
  ];
}

/** A probe must not wait as long as a service would. */
function silence(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`no answer within ${ms} ms`), ms).unref());
}
