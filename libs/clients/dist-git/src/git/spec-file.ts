import { refuse, type Refusal } from '@millrace/kernel';
import type { Repository } from './repository';

export interface SpecFile {
  readonly file: string;
  readonly text: string;
}

const largestSpec = 4 * 1024 * 1024;

/** The one spec file of a commit, read from git's objects; refuses `spec-missing`. */
export async function readSpecFile(repository: Repository, commit: string): Promise<SpecFile | Refusal> {
  const listed = await repository.own({ args: ['ls-tree', '-z', '-l', `${commit}^{tree}`] });
  const specs = listed.split('\0').flatMap((line) => {
    const entry = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+\.spec)$/s.exec(line);
    return entry ? [{ mode: entry[1]!, id: entry[3]!, size: Number(entry[4]), file: entry[5]! }] : [];
  });
  const [spec, ...more] = specs;
  if (!spec || more.length > 0 || !/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(spec.file)) {
    const found = specs.map(({ file }) => JSON.stringify(file)).join(', ');
    return missing(repository, `it has to have exactly one spec file with a plain name; found: ${found || 'none'}`);
  }
  if (!/^100(644|755)$/.test(spec.mode)) return missing(repository, `${spec.file} is no regular file`);
  if (!(spec.size <= largestSpec)) return missing(repository, `${spec.file} is larger than ${largestSpec} bytes`);
  return { file: spec.file, text: await repository.own({ args: ['cat-file', 'blob', spec.id] }) };
}

function missing({ remote }: Repository, why: string): Refusal {
  return refuse(
    'spec-missing',
    `${remote.url.slice(0, 300)} (${remote.branch}): ${why.slice(0, 500)}`,
    'put one spec file, named after the package, at the top of the branch',
    'missing',
  );
}
