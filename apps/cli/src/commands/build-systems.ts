import { doors, type DoorReply } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

type System = DoorReply<typeof doors.scheduler.buildSystems>['systems'][number];

export const buildSystems: Leaf<object> = {
  usage: 'systems',
  about: 'Shows the build systems: our builds there, capacity and load of their builders, and what waits.',
  options: (command) => command,
  examples: ['build systems', 'build systems --json'],
  run: async (context) => {
    const { systems } = await context.client.call(doors.scheduler.buildSystems, {});
    context.show(systems, () =>
      table(['SYSTEM', 'OURS', 'BUILDERS', 'UP', 'LOAD', 'WAITING', 'ARCHITECTURES'], systems.flatMap(linesOf), 'none'),
    );
  },
};

/** One line for each kind of builders; our own builds stand in the first. */
export function linesOf(one: System): readonly (readonly string[])[] {
  const { name, used, capacity, builders } = one;
  const first = [name, `${used} of ${capacity}`];
  if (builders.length === 0) return [[...first, stateOf(one), '', '', '', '']];
  const rows = builders.map((b) => [
    ...[b.name, `${b.up} of ${b.hosts}`, `${b.load.toFixed(1)} of ${b.capacity.toFixed(1)}`],
    ...[b.waiting === null ? '' : String(b.waiting), b.architectures.join(' ')],
  ]);
  const down = one.downSince === null ? [] : [['', '', stateOf(one), '', '', '', '']];
  return [...rows.map((row, n) => [...(n === 0 ? first : ['', '']), ...row]), ...down];
}

function stateOf({ downSince, problem, unknown }: System): string {
  if (downSince !== null) return `down since ${when(downSince)}: ${problem ?? unknown ?? 'no answer'}`;
  return unknown ?? '';
}
