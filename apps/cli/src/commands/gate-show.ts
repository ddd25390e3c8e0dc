import { doors } from '@millrace/contracts';
import { isComponentId } from '@millrace/kernel';
import type { Leaf } from '../leaf';
import { paintState } from '../paint';
import { table } from '../table';
import { when } from '../words';

interface Options {
  readonly limit: string;
}

export const gateShow: Leaf<Options> = {
  usage: 'show [subject]',
  about: "Shows the gate's answers with their reasons, newest first; of one NVR or component when it is named.",
  options: (command) => command.option('--limit <n>', 'at most', '20'),
  examples: ['gate show', 'gate show quern-1.0-1.mr2', 'gate show rpm/quern'],
  run: async (context, args, options) => {
    const named = args.optional(0);
    const what = named === undefined ? {} : isComponentId(named) ? { component: named } : { subject: named };
    const { verdicts } = await context.client.call(doors['ci-bridge'].gates, { ...what, limit: options.limit });
    context.show(verdicts, () =>
      table(
        ['SUBJECT', 'DECISION', 'TEST', 'STATE', 'SAYS', 'AT'],
        verdicts.flatMap((v) => {
          const head = [v.subject.id, paintState(context.paint, v.decision)];
          if (v.reasons.length === 0) return [[...head, '-', '-', 'no tests are required', when(v.at)]];
          return v.reasons.map((r) => [
            ...head,
            r.test,
            paintState(context.paint, r.state),
            r.text.slice(0, 80),
            when(v.at),
          ]);
        }),
        'no verdicts',
      ),
    );
  },
};
