import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { paintState } from '../paint';
import { table } from '../table';
import { when } from '../words';

interface Options {
  readonly limit: string;
}

export const gateDecisions: Leaf<Options> = {
  usage: 'decisions [subject]',
  about: 'Shows every answer of the gate, newest first, with what it was made of.',
  options: (command) => command.option('--limit <n>', 'at most', '20'),
  examples: ['gate decisions', 'gate decisions quern-1.0-1.mr2 --json'],
  run: async (context, args, { limit }) => {
    const subject = args.optional(0);
    const wish = { limit, ...(subject === undefined ? {} : { subject }) };
    const { decisions } = await context.client.call(doors['ci-bridge'].decisions, wish);
    context.show(decisions, () =>
      table(
        ['ID', 'SUBJECT', 'DECISION', 'BEFORE', 'POLICIES', 'RESULTS', 'WAIVERS', 'AT'],
        decisions.map((one) => [
          String(one.decision_id),
          one.subject.id,
          paintState(context.paint, one.decision),
          one.previous?.decision ?? '-',
          one.made_of.policies.join(', ') || '-',
          one.made_of.results.join(', ') || '-',
          one.made_of.waivers.join(', ') || '-',
          when(one.at),
        ]),
        'no decisions',
      ),
    );
  },
};

export const gateReplay: Leaf<object> = {
  usage: 'replay <decision>',
  about: 'Makes an answer again from what it was made of, and says whether it comes out the same.',
  examples: ['gate replay 12'],
  run: async (context, args) => {
    const reply = await context.client.call(doors['ci-bridge'].decisionReplay, { decision: args.text(0) });
    const { stored, replayed } = reply;
    context.show(reply, () =>
      reply.same
        ? `the same: ${stored.decision} (${stored.state})`
        : `not the same: it said ${stored.decision} (${stored.state}), and now says ${replayed.decision} (${replayed.state})`,
    );
  },
};
