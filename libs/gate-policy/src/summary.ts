import { isSatisfied, isTestAnswer, type Answer, type AnswerKind } from './answer';

type Kind = Pick<Answer, 'kind'>;

/** Greenwave's summary, word for word. */
export function summaryOf(answers: readonly Kind[]): string {
  const faults = [
    fault(count(answers, 'invalid-remote'), 'due to invalid remote rule file'),
    fault(count(answers, 'missing-remote'), 'due to missing remote rule file'),
    fault(count(answers, 'unfetched-remote'), 'while trying to fetch remote rule file'),
  ].filter((text) => text !== null);
  const tests = answers.filter(isTestAnswer);
  if (tests.length === 0) return faults.length === 0 ? 'No tests are required' : faults.join('. ');
  return [...faults, testSummary(tests)].join('. ');
}

function testSummary(answers: readonly Kind[]): string {
  const total = answers.length;
  if (answers.every(isSatisfied)) return `All required tests (${total} total) have passed or been waived`;
  const parts = [
    part(count(answers, 'missing'), 'result', 'missing'),
    part(count(answers, 'errored'), 'test', 'errored'),
    part(count(answers, 'failed'), 'test', 'failed'),
    part(count(answers, 'incomplete'), 'test', 'incomplete'),
  ];
  const texts = parts.filter((text) => text !== null).sort();
  return `Of ${total} required ${total === 1 ? 'test' : 'tests'}, ${texts.join(', ')}`;
}

function count(answers: readonly Kind[], kind: AnswerKind): number {
  return answers.filter((answer) => answer.kind === kind).length;
}

function fault(times: number, why: string): string | null {
  return times === 0 ? null : `${times} error${times === 1 ? '' : 's'} ${why}`;
}

function part(times: number, noun: string, state: string): string | null {
  return times === 0 ? null : `${times} ${noun}${times === 1 ? '' : 's'} ${state}`;
}
