import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { span, when } from '../words';

interface Options {
  readonly release?: string;
  readonly state: string;
  readonly limit: string;
}

const states = ['open', 'ended', 'all'] as const;

export const alertList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists what hangs, since when, and what to do; newest first.',
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--state <state>', states.join(', '), 'open')
      .option('--limit <n>', 'at most', '50'),
  examples: ['alert list', 'alert list --state all --json'],
  run: async (context, _, options) => {
    const { alerts } = await context.client.call(doors.scheduler.alerts, {
      release: options.release,
      state: stateOf(options.state),
      limit: options.limit,
    });
    context.show(alerts, () =>
      table(
        ['ALERT', 'SINCE', 'FOR', 'WHAT', 'WHAT TO DO'],
        alerts.map((a) => [a.alert, when(a.since), span(a.since, a.endedAt, context.now()), a.text, a.remedy]),
        'nothing hangs',
      ),
    );
  },
};

function stateOf(text: string): (typeof states)[number] {
  const found = states.find((state) => state === text);
  if (found) return found;
  throw misused(`'${text}' is no state of an alert`, `choose from ${states.join(', ')}`);
}
