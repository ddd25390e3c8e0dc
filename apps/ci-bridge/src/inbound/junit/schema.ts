import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { crop } from '../../domain/bounds';
import type { FileTest } from '../files';
import { wrong } from '../wrong';

const deepest = 32;
const mostTests = 1000;
const longestNote = 2000;

interface Open {
  readonly name: string;
  outcome: string;
  note: string;
}

/**
 * The tests of a JUnit XML file: `testsuites/testsuite/testcase` with `failure`, `error` or `skipped` inside, as
 * https://github.com/testmoapp/junitxml describes. Throws a ZodError when it is no such file. Entities of a document's
 * own are no XML here.
 */
export function junitTests(content: string): readonly FileTest[] {
  const tests: FileTest[] = [];
  const suites: string[] = [];
  const path: string[] = [];
  let open: Open | null = null;
  const parser = new SaxesParser({ xmlns: false, position: true } as const);
  parser.on('error', (error) => {
    throw wrong([], `is no XML: ${crop(error.message, 300)}`);
  });
  parser.on('doctype', (doctype) => {
    if (doctype.includes('<!ENTITY')) throw wrong([], 'declares entities; these are not read');
  });
  parser.on('opentag', (tag) => {
    path.push(tag.name);
    if (path.length > deepest) throw wrong([], `is nested more than ${deepest} deep`);
    if (path.length === 1 && !['testsuites', 'testsuite'].includes(tag.name))
      throw wrong([], `begins with '${crop(tag.name, 40)}', not with testsuites or testsuite`);
    if (tag.name === 'testsuite') suites.push(attribute(tag, 'name'));
    if (tag.name === 'testcase') open = { name: nameOf(tag, suites), outcome: outcomeSaid(tag), note: '' };
    else if (open) judge(open, tag);
  });
  parser.on('text', (text) => {
    if (open && ['failure', 'error', 'skipped'].includes(path.at(-1) ?? ''))
      open.note = crop(open.note + text, longestNote);
  });
  parser.on('cdata', (text) => {
    if (open && ['failure', 'error', 'skipped'].includes(path.at(-1) ?? ''))
      open.note = crop(open.note + text, longestNote);
  });
  parser.on('closetag', (tag) => {
    path.pop();
    if (tag.name === 'testsuite') suites.pop();
    if (tag.name !== 'testcase' || !open) return;
    tests.push({ name: open.name, outcome: open.outcome, note: open.note.trim() || null });
    open = null;
    if (tests.length > mostTests) throw wrong([], `has more than ${mostTests} tests`);
  });
  parser.write(content).close();
  return tests;
}

function attribute(tag: SaxesTagPlain, name: string): string {
  return tag.attributes[name] ?? '';
}

function nameOf(tag: SaxesTagPlain, suites: readonly string[]): string {
  const group = attribute(tag, 'classname') || suites.at(-1) || '';
  const name = attribute(tag, 'name');
  if (name === '') throw wrong(['testcase', 'name'], 'is missing');
  return group === '' ? name : `${group}.${name}`;
}

/** Standard STI and Testing Farm write the result as an attribute. */
function outcomeSaid(tag: SaxesTagPlain): string {
  const said: Readonly<Record<string, string>> = {
    failed: 'FAILED',
    error: 'ERROR',
    info: 'INFO',
    needs_inspection: 'NEEDS_INSPECTION',
  };
  const word = attribute(tag, 'result');
  return (Object.hasOwn(said, word) ? said[word] : undefined) ?? 'PASSED';
}

function judge(open: Open, tag: SaxesTagPlain): void {
  const outcome = { failure: 'FAILED', error: 'ERROR', skipped: 'NOT_APPLICABLE' }[tag.name];
  if (outcome === undefined) return;
  open.outcome = outcome;
  open.note = crop(attribute(tag, 'message'), longestNote);
}
