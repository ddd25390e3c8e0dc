import { doors, type DoorReply } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { componentOf } from '../naming';
import { table } from '../table';
import { some, when } from '../words';

interface Options {
  readonly release?: string;
  readonly component?: string;
  readonly waiting?: boolean;
  readonly ignored?: boolean;
  readonly limit: string;
}

export type ChangeView = DoorReply<typeof doors.scheduler.change>;

export const changeList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists changes, newest first: what became of each, and why.',
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--component <id>', 'that name this component only')
      .option('--waiting', 'only those that wait: for approval, a freeze, a running cascade, or others to come')
      .option('--ignored', 'only those for which nothing is rebuilt')
      .option('--limit <n>', 'at most', '20'),
  examples: ['change list', 'change list --waiting', 'change list --component rpm/libstone --json'],
  run: async (context, _, options) => {
    const { changes } = await context.client.call(doors.scheduler.changes, {
      release: options.release,
      component: options.component === undefined ? undefined : componentOf(options.component),
      outcome: outcomeOf(options),
      limit: options.limit,
    });
    context.show(changes, () => table(head, changes.map(rowOf), 'no changes'));
  },
};

const head = ['CHANGE', 'RELEASE', 'AT', 'BY', 'COMPONENTS', 'OUTCOME', 'BECAUSE'];

function rowOf(change: ChangeView): string[] {
  return [
    change.change,
    change.release,
    when(change.at),
    change.by,
    namesOf(change),
    outcomeText(change),
    change.because.slice(0, 80),
  ];
}

export function namesOf({ all, components, dropped }: ChangeView): string {
  if (all) return 'all';
  const named = components.length > 0 ? components : dropped;
  return some(named.map((one) => one.component));
}

/** `cascade c1-…`, `waits for approval`, `ignored`. */
export function outcomeText({ outcome, cascade, waitsFor }: ChangeView): string {
  if (outcome === 'cascade') return `cascade ${cascade}`;
  if (outcome === 'ignored') return 'ignored';
  const words = {
    approval: 'approval',
    freeze: 'the end of a freeze',
    hold: 'the release, which is held',
    cascade: 'the running cascade',
    lull: 'others',
  };
  return waitsFor === null ? 'waits' : `waits for ${words[waitsFor]}`;
}

function outcomeOf({ waiting, ignored }: Options): 'waits' | 'ignored' | undefined {
  if (waiting && ignored) throw misused('--waiting and --ignored exclude each other', 'give one of them');
  if (waiting) return 'waits';
  return ignored ? 'ignored' : undefined;
}
