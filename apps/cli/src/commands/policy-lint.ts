import { AppError } from '@millrace/kernel';
import type { Leaf } from '../leaf';
import { readPolicySource, type FileFinding } from '../policy-source';
import { counted } from '../words';

interface Options {
  readonly subjectTypes?: readonly string[];
}

export const policyLint: Leaf<Options> = {
  usage: 'lint <paths...>',
  about:
    "Checks Greenwave's policy files, or folders of them: file:line of everything that is wrong. Needs no service.",
  options: (command) => command.option('--subject-types <paths...>', 'files of subject types, checked too'),
  examples: ['policy lint policies/', 'policy lint fedora.yaml --subject-types subject_types/ --json'],
  run: (context, args, { subjectTypes = [] }) => {
    const { policies, problems, warnings } = readPolicySource(args.list(0), subjectTypes);
    context.show({ ok: problems.length === 0, policies: policies.length, problems, warnings }, () =>
      [
        ...problems.map(lineOf),
        ...warnings.map((warning) => `${lineOf(warning)} (warning)`),
        ...(problems.length === 0 ? [`${counted(policies.length, 'policy is', 'policies are')} right`] : []),
      ].join('\n'),
    );
    if (problems.length > 0) throw notRight(problems.length);
    return Promise.resolve();
  },
};

export function lineOf({ file, line, text }: FileFinding): string {
  return `${file}:${line}: ${text}`;
}

export function notRight(problems: number): AppError {
  return new AppError({
    code: 'policies-invalid',
    kind: 'invalid',
    message: `${counted(problems, 'thing is', 'things are')} wrong in the policy files`,
    remedy: 'correct what is named above',
  });
}
