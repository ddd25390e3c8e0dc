import type { Client } from '@millrace/admin-client';
import { doors, type DoorReply } from '@millrace/contracts';
import type { Mill } from '@millrace/supervisor';

type Rebuild = DoorReply<typeof doors.scheduler.cascade>['rebuilds'][number];

/** Rebuilds of one cascade, and lines of one service, that are shown at most. */
const most = { rebuilds: 40, lines: 12 };

/** How everything stands, for people who must find out why a scenario broke. */
export async function reportOn(client: Client, mill: Mill): Promise<string> {
  const cascades = await cascadesOf(client).catch((thrown: Error) => [`cascades: ${thrown.message}`]);
  const services = mill.children.filter(({ name }) => name !== 'nats-server');
  const logs = services.flatMap((child) => [
    `${child.name} said last:`,
    ...child.tail().slice(-most.lines).map(indent),
  ]);
  return [...cascades, ...logs].join('\n');
}

async function cascadesOf(client: Client): Promise<string[]> {
  const { cascades } = await client.call(doors.scheduler.cascades, { limit: 5 });
  const views = await Promise.all(cascades.map(({ cascade }) => client.call(doors.scheduler.cascade, { cascade })));
  return views.flatMap(({ cascade, release, state, why, rebuilds }) => {
    const open = rebuilds.filter((one) => one.state !== 'validated');
    const left = open.length > most.rebuilds ? [`  and ${open.length - most.rebuilds} more`] : [];
    const head = `cascade ${cascade} of ${release}: ${state}; ${rebuilds.length - open.length} of ${rebuilds.length} validated; ${why}`;
    return [head, ...open.slice(0, most.rebuilds).map(rowOf), ...left];
  });
}

function rowOf({ component, state, attempt, nvr, because, evidence }: Rebuild): string {
  const problem = evidence === null ? '' : ` | ${evidence.summary}`;
  return indent(`${component.padEnd(24)} ${state.padEnd(10)} ${attempt} ${nvr ?? '-'} ${because}${problem}`);
}

function indent(line: string): string {
  return `  ${line}`;
}
