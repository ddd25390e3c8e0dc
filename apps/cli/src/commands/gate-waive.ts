import { doors, type DoorReply } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';

const door = doors['ci-bridge'].gateWaive;

interface Options {
  readonly comment: string;
  readonly scenario?: string;
  readonly scope?: 'build' | 'component' | 'cascade';
  readonly ticket?: string;
  readonly expires?: string;
  readonly withdraw?: boolean;
  readonly productVersion?: string;
  readonly type?: string;
}

export const gateWaive: Leaf<Options> = {
  usage: 'waive <subject> <test>',
  about: 'Waives a test for an NVR: the gate goes on as if it had passed, and the waiver stays visible with your name.',
  options: (command) =>
    command
      .requiredOption('--comment <text>', 'why')
      .option('--expires <when>', 'until when: a time, or a duration such as 7d')
      .option('--scope <scope>', 'build; component: its next builds too, until one passes; cascade: all of its builds')
      .option('--ticket <ticket>', "a ticket's address or number")
      .option('--scenario <scenario>', 'one scenario alone')
      .option('--withdraw', 'takes the waiver back')
      .option('--product-version <version>', 'there alone, and also when no gate was asked about the subject yet')
      .option('--type <type>', 'with --product-version: what kind of thing the subject is (koji_build)'),
  examples: [
    'gate waive quern-1.0-1.mr2 millrace.run.functional --comment "known flaky"',
    'gate waive quern-1.0-1.mr2 millrace.run.functional --comment "upstream bug" --scope component --expires 14d',
    'gate waive glibc-2.40-1.fc41 dist.abicheck --comment "checked by hand" --product-version fedora-41',
  ],
  run: async (context, args, { comment, scenario, scope, ticket, expires, withdraw, productVersion, type }) => {
    const subject = args.text(0);
    if (type !== undefined && productVersion === undefined)
      throw misused('--type says nothing by itself', 'say with --product-version where the test is waived');
    const reply = await context.client.call(door, {
      ...{ subject, test: args.text(1), comment },
      ...{ scenario, scope, ticket, expires, withdraw, product_version: productVersion, subject_type: type },
    });
    context.show(reply, () => said(reply, subject));
  },
};

function said({ waiver, decision, note }: DoorReply<typeof door>, subject: string): string {
  const recorded = `waiver ${waiver} is recorded`;
  if (decision === 'not asked')
    return `${recorded}; no gate was asked about ${subject} yet, and it counts as soon as one is`;
  return `${recorded}; the gate says ${decision} for ${subject}${note ? `\nit does not help yet: ${note}` : ''}`;
}
