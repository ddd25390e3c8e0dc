import { runCase, type CaseOutcome } from '@millrace/gate-policy';
import { AppError } from '@millrace/kernel';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { beside, readCaseFile, readPolicySource } from '../policy-source';
import { counted } from '../words';
import { lineOf, notRight } from './policy-lint';

interface Options {
  readonly policies?: readonly string[];
  readonly subjectTypes?: readonly string[];
}

export const policyTest: Leaf<Options> = {
  usage: 'test <files...>',
  about: `Tests policies: given results and waivers, is the verdict the expected one? Needs no service.
A file has 'policies' (files or folders, from where it is), and 'cases', each with 'name', 'subject' {type, item},
'product_version', 'decision_context', 'results' [{testcase, outcome, scenario?, architecture?, variant?, data?}],
'waivers' [{testcase, scenario?}], 'gating_yaml', 'made_at', and 'expect' {verdict: satisfied | unsatisfied | no policy,
summary, policies, unsatisfied}.`,
  options: (command) =>
    command
      .option('--policies <paths...>', 'policy files or folders in the place of those that the file names')
      .option('--subject-types <paths...>', 'subject types in the place of those that the file names'),
  examples: ['policy test cases.yaml', 'policy test tests/*.yaml --policies policies/ --json'],
  run: (context, args, options) => {
    const outcomes = args.list(0).map((file) => ({ file, cases: outcomesOf(context, file, options) }));
    context.show(outcomes, () => outcomes.map(({ file, cases }) => words(file, cases)).join('\n'));
    const failed = outcomes.flatMap(({ cases }) => cases).filter(({ differences }) => differences.length > 0);
    if (failed.length > 0) throw notAsExpected(failed.length);
    return Promise.resolve();
  },
};

function outcomesOf(context: Context, file: string, options: Options): readonly CaseOutcome[] {
  const given = readCaseFile(file);
  const source = readPolicySource(
    options.policies ?? beside(file, given.policies ?? []),
    options.subjectTypes ?? beside(file, given.subject_types ?? []),
  );
  if (source.problems.length > 0) {
    context.note(source.problems.map(lineOf).join('\n'));
    throw notRight(source.problems.length);
  }
  return given.cases.map((one) => runCase(one, source.policies, source.types, context.now()));
}

function words(file: string, cases: readonly CaseOutcome[]): string {
  const failed = cases.filter(({ differences }) => differences.length > 0);
  const lines = failed.map(
    ({ name, differences }) => `  ${name}\n${differences.map((one) => `    ${one}`).join('\n')}`,
  );
  return [
    `${file}: ${cases.length - failed.length} of ${counted(cases.length, 'case', 'cases')} as expected`,
    ...lines,
  ].join('\n');
}

function notAsExpected(cases: number): AppError {
  return new AppError({
    code: 'policy-test-failed',
    kind: 'invalid',
    message: `${counted(cases, 'case is', 'cases are')} not as expected`,
    remedy: 'correct the policies, or what is expected of them',
  });
}
