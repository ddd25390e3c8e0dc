import { apps, doors, type App, type DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { cascadesTable } from '../cascade-words';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

type Status = DoorReply<typeof doors.scheduler.status>;
interface Row {
  readonly app: App;
  readonly address: string;
  readonly problem: string | null;
  readonly status: Status | null;
}

export const status: Leaf<object> = {
  usage: 'status',
  about: 'Shows what the services are doing, and the cascades that run. Ends with 3 when a service is not ready.',
  examples: ['status', 'status --json'],
  run: async (context) => {
    const services = await Promise.all(apps.map((app) => rowOf(context, app)));
    const cascades = await running(context, services);
    context.show({ services, cascades }, () =>
      [servicesTable(context, services), '', cascadesTable(cascades, context.paint, context.now())].join('\n'),
    );
    const away = services.filter((row) => row.problem !== null);
    if (away.length === 0) return;
    throw new AppError({
      code: 'services-away',
      kind: 'unavailable',
      message: `not ready: ${away.map((row) => `${row.app} (${row.problem})`).join(', ')}`,
      remedy: 'run `millrace up`, or give the --port-base that it runs with; `millrace doctor` looks closer',
    });
  },
};

async function rowOf({ client }: Context, app: App): Promise<Row> {
  const problem = await client.problemOf(app);
  const address = client.addressOf(app);
  if (problem !== null) return { app, address, problem, status: null };
  return { app, address, problem, status: await client.call(doors[app].status, {}) };
}

async function running({ client }: Context, services: readonly Row[]) {
  if (services.find((row) => row.app === 'scheduler')!.problem !== null) return [];
  const { cascades } = await client.call(doors.scheduler.cascades, { limit: 20 });
  return cascades.filter((cascade, n) => cascade.endedAt === null || n === 0);
}

function servicesTable({ paint }: Context, services: readonly Row[]): string {
  return table(
    ['SERVICE', 'ADDRESS', 'STATE', 'VERSION', 'SINCE', 'INBOX', 'OUTBOX', 'WORK', 'PARKED', 'DEAD LETTERS'],
    services.map(({ app, address, problem, status: s }) => [
      app,
      address,
      problem === null ? paint('green', 'ready') : paint('red', problem.slice(0, 40)),
      ...(s === null
        ? Array.from({ length: 7 }, () => '-')
        : [s.version, when(s.startedAt), ...[s.inbox, s.outbox, s.work, s.parked, s.deadLetters].map(String)]),
    ]),
    'no services',
  );
}
