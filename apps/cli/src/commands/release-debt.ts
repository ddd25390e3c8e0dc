import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { orDash, when } from '../words';

interface Options {
  readonly kind?: string;
  readonly state: string;
  readonly limit: string;
  readonly offset: string;
}

const kinds = ['broken', 'failing', 'stale'] as const;
const states = ['open', 'settled', 'all'] as const;

export const releaseDebt: Leaf<Options> = {
  usage: 'debt [release]',
  about:
    'Lists what was stale, failing or broken in a release when Millrace first saw it. It is never rebuilt unasked; ' +
    'a new build, or a graph that satisfies it, settles it.',
  options: (command) =>
    command
      .option('--kind <kind>', `only ${kinds.join(', ')}`)
      .option('--state <state>', states.join(', '), 'open')
      .option('--limit <n>', 'at most, up to 1000', '200')
      .option('--offset <n>', 'how many are passed over', '0'),
  examples: ['release debt f43', 'release debt f43 --kind failing --json'],
  run: async (context, args, { kind, state, limit, offset }) => {
    const release = await releaseOf(context, args.optional(0));
    const reply = await context.client.call(doors.scheduler.debt, {
      ...{ release, state: oneOf(states, state), limit, offset },
      ...(kind === undefined ? {} : { kind: oneOf(kinds, kind) }),
    });
    context.show(reply, () => {
      const { broken, failing, stale } = reply.counts;
      const rows = reply.debts.map((one) => [
        ...[one.component, one.kind, when(one.since), one.settledAt ? `settled: ${one.settledBy}` : 'owed'],
        ...[orDash(one.owners.join(', ')), one.because],
      ]);
      const head = `owed: ${broken} broken, ${failing} failing, ${stale} stale; the baseline is ${orDash(reply.snapshot)}`;
      return `${head}\n${table(['COMPONENT', 'KIND', 'SINCE', 'STATE', 'OWNERS', 'BECAUSE'], rows, 'no debt of this kind')}`;
    });
  },
};

function oneOf<const Names extends readonly string[]>(names: Names, text: string): Names[number] {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw misused(`'${text}' is none of ${names.join(', ')}`, `choose from ${names.join(', ')}`);
}
