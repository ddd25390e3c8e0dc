import { sha256 } from '@millrace/kernel';
import type { FileSubject, Found } from './adapter';

/** One test of a file. */
export interface FileTest {
  readonly name: string;
  readonly outcome: string;
  readonly note?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** From the best to the worst. */
const order = ['NOT_APPLICABLE', 'PASSED', 'INFO', 'NEEDS_INSPECTION', 'ERROR', 'FAILED'];

/** A file's tests as results: each by itself, or all as one that is as bad as the worst. */
export function foundInFile(content: string, subject: FileSubject, tests: readonly FileTest[]): readonly Found[] {
  const source = sha256(content).slice(0, 32);
  const { item, type, url } = subject;
  const common = { url, run: url ?? `file:${source}`, occurred: null };
  if (subject.testcase === null) {
    return tests.map(({ name, outcome, note, data }, n) => ({
      ...common,
      key: `${source}/${type}/${item}/${n}`,
      testcase: name,
      outcome,
      note: note ?? null,
      data: { item, type, ...data },
    }));
  }
  const worst = tests.map(({ outcome }) => outcome).reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
  const key = `${source}/${type}/${item}/${subject.testcase}`;
  const note = summary(tests);
  return [{ ...common, key, testcase: subject.testcase, outcome: worst, note, data: { item, type } }];
}

function summary(tests: readonly FileTest[]): string {
  const bad = tests.filter(({ outcome }) => order.indexOf(outcome) > order.indexOf('INFO'));
  const names = bad.slice(0, 20).map(({ name, outcome }) => `${name} (${outcome})`);
  const rest = bad.length > names.length ? ` and ${bad.length - names.length} more` : '';
  return bad.length === 0
    ? `${tests.length} tests, none bad`
    : `${bad.length} of ${tests.length} tests: ${names.join(', ')}${rest}`;
}
