import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, digestOf } from '@millrace/kernel';
import {
  largestFile,
  readPolicies,
  readSubjectTypes,
  shippedSubjectTypes,
  type Policy,
  type PolicyProblem,
  type SubjectType,
} from '@millrace/gate-policy';
import type { Catalogue } from '../../domain/catalogue';

export interface PolicyFolders {
  readonly policies: readonly string[];
  readonly subjectTypes: readonly string[];
}

export interface ReadCatalogue extends Catalogue {
  readonly digest: string;
  /** What is wrong, as `file:line: words`. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const mostFiles = 2000;

/** Reads every `*.yaml` of the folders, in the order of their names. A folder that is missing is a problem. */
export async function readCatalogue(folders: PolicyFolders): Promise<ReadCatalogue> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const note = (file: string, list: string[]) => (problem: PolicyProblem) =>
    void list.push(`${file}:${problem.line}: ${problem.message}`);
  const policies: Policy[] = [];
  const types: SubjectType[] = [];
  for (const file of await filesIn(folders.subjectTypes, problems)) {
    const read = readSubjectTypes(await contentOf(file, problems));
    types.push(...read.types);
    read.problems.forEach(note(file, problems));
  }
  for (const file of await filesIn(folders.policies, problems)) {
    const read = readPolicies(await contentOf(file, problems));
    policies.push(...read.policies);
    read.problems.forEach(note(file, problems));
    read.warnings.forEach(note(file, warnings));
  }
  const shipped = shippedSubjectTypes.filter(({ id }) => !types.some((type) => type.id === id));
  const catalogue = { policies, subjectTypes: [...types, ...shipped] };
  return { ...catalogue, digest: digestOf(catalogue), problems, warnings };
}

/** The catalogue, or all that is wrong with its files at once. Throws `policies-invalid` (invalid). */
export async function soundCatalogue(folders: PolicyFolders): Promise<ReadCatalogue> {
  const read = await readCatalogue(folders);
  if (read.problems.length === 0) return read;
  throw new AppError({
    code: 'policies-invalid',
    kind: 'invalid',
    message: `policy files cannot be used:\n${read.problems
      .slice(0, 50)
      .map((one) => `  - ${one}`)
      .join('\n')}`,
    remedy: 'correct them; `millrace policy lint FILE` checks a file without a service',
  });
}

/** What the folders look like from the outside: changes when a file does. */
export async function stampOfFolders(folders: PolicyFolders): Promise<string> {
  const files = await filesIn([...folders.subjectTypes, ...folders.policies], []);
  const stamps = files.map(async (file) => {
    const { mtimeMs, size, ino } = await stat(file);
    return `${file}/${mtimeMs}/${size}/${ino}`;
  });
  return (await Promise.all(stamps)).join('\n');
}

async function filesIn(folders: readonly string[], problems: string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    try {
      const names = await readdir(folder);
      const files = names.filter((name) => /\.ya?ml$/.test(name) && !basename(name).startsWith('.')).sort();
      found.push(...files.map((name) => join(folder, name)));
    } catch (thrown) {
      problems.push(`${folder}:1: cannot be read: ${(thrown as NodeJS.ErrnoException).code ?? 'unknown'}`);
    }
  }
  if (found.length > mostFiles) problems.push(`${folders.join(', ')}:1: more than ${mostFiles} files`);
  return found.slice(0, mostFiles);
}

async function contentOf(file: string, problems: string[]): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= largestFile) return await readFile(file, 'utf8');
    problems.push(`${file}:1: has more than ${largestFile} bytes`);
  } catch (thrown) {
    problems.push(`${file}:1: cannot be read: ${(thrown as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
  return '';
}
