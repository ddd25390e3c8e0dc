import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { table } from '../table';

export const policyList: Leaf<object> = {
  usage: 'list',
  about: "Shows the policies that hold now: of Greenwave's files and of the releases, and what is wrong with files.",
  examples: ['policy list', 'policy list --json'],
  run: async (context) => {
    const reply = await context.client.call(doors['ci-bridge'].policies, {});
    context.show(reply, () =>
      [
        table(
          ['POLICY', 'PRODUCT VERSIONS', 'CONTEXTS', 'SUBJECT TYPES', 'RULES'],
          reply.policies.map((policy) => [
            policy.id ?? '-',
            policy.product_versions.join(', '),
            policy.decision_contexts.join(', '),
            policy.subject_types.join(', ') || 'any',
            String(policy.rules),
          ]),
          'no policies',
        ),
        ...reply.problems,
        ...reply.warnings.map((warning) => `${warning} (warning)`),
      ].join('\n'),
    );
  },
};
