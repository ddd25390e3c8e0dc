import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  largestFile,
  policyCaseFile,
  readPolicies,
  readSubjectTypes,
  shippedSubjectTypes,
  type Policy,
  type PolicyCaseFile,
  type SubjectType,
} from '@millrace/gate-policy';
import { AppError } from '@millrace/kernel';
import { LineCounter, parseDocument } from 'yaml';

/** What is wrong in a file, as compilers write it: `file:line: words`. */
export interface FileFinding {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface PolicySource {
  readonly policies: readonly Policy[];
  readonly types: readonly SubjectType[];
  readonly problems: readonly FileFinding[];
  readonly warnings: readonly FileFinding[];
}

/** Reads policy and subject type files, or every `*.yaml` of folders. */
export function readPolicySource(policies: readonly string[], subjectTypes: readonly string[] = []): PolicySource {
  const problems: FileFinding[] = [];
  const warnings: FileFinding[] = [];
  const read = policies.flatMap(yamlFiles).map((file) => ({ file, found: readPolicies(contentOf(file)) }));
  const types = subjectTypes.flatMap(yamlFiles).map((file) => ({ file, found: readSubjectTypes(contentOf(file)) }));
  for (const { file, found } of [...types, ...read]) {
    problems.push(...found.problems.map(({ line, message }) => ({ file, line, text: message })));
  }
  for (const { file, found } of read) {
    warnings.push(...found.warnings.map(({ line, message }) => ({ file, line, text: message })));
  }
  const own = types.flatMap(({ found }) => found.types);
  const shipped = shippedSubjectTypes.filter(({ id }) => !own.some((type) => type.id === id));
  return { policies: read.flatMap(({ found }) => found.policies), types: [...own, ...shipped], problems, warnings };
}

/** Reads a file of cases. Throws `policy-cases-invalid` (invalid) with everything that is wrong, by line. */
export function readCaseFile(file: string): PolicyCaseFile {
  const text = contentOf(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' });
  const [error] = document.errors;
  if (error) throw wrongCases([`${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`]);
  const read = policyCaseFile.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (read.success) return read.data;
  throw wrongCases(
    read.error.issues.map((issue) => {
      const node = document.getIn(issue.path, true) as { range?: [number, number, number] } | undefined;
      const line = lines.linePos(node?.range?.[0] ?? 0).line;
      return `${file}:${Math.max(1, line)}: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
    }),
  );
}

/** Addresses in a file are from where it is. */
export function beside(file: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) => resolve(dirname(file), path));
}

function yamlFiles(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw unreadable(path, 'there is no such file');
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => join(path, name));
}

function contentOf(file: string): string {
  try {
    if (statSync(file).size > largestFile) throw unreadable(file, `it has more than ${largestFile} bytes`);
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : unreadable(file, (thrown as Error).message, thrown);
  }
}

function unreadable(file: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'file-unreadable',
    kind: 'invalid',
    message: `${file} cannot be read: ${why}`,
    remedy: 'name a file that is there',
    cause,
  });
}

function wrongCases(found: readonly string[]): AppError {
  return new AppError({
    code: 'policy-cases-invalid',
    kind: 'invalid',
    message: `the cases cannot be used:\n${found.slice(0, 50).join('\n')}`,
    remedy: 'see `millrace policy test --help`',
  });
}
