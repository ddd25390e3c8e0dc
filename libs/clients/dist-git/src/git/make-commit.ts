import { join } from 'node:path';
import type { Repository } from './repository';

interface NewCommit {
  readonly parent: string;
  /** A file of the parent with a new text; null: the tree stays as it is. */
  readonly changed: { readonly file: string; readonly text: string } | null;
  readonly message: string;
  readonly author: { readonly name: string; readonly mail: string };
  /** Both dates of the commit: made again from the same parent, it is the same commit. */
  readonly at: string;
}

/** Makes a commit from git's objects alone: no file of the repository is laid out anywhere. */
export async function makeCommit(repository: Repository, made: NewCommit): Promise<string> {
  const tree =
    made.changed === null ? `${made.parent}^{tree}` : await changedTree(repository, made.parent, made.changed);
  const date = `@${Math.floor(Date.parse(made.at) / 1000)} +0000`;
  const { name, mail } = made.author;
  const env = {
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: mail, GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: mail, GIT_COMMITTER_DATE: date },
  };
  const parsed = (await repository.own({ args: ['rev-parse', '--verify', tree] })).trim();
  const args = ['commit-tree', parsed, '-p', made.parent, '-F', '-'];
  return (await repository.own({ args, input: made.message, env })).trim();
}

async function changedTree(
  repository: Repository,
  parent: string,
  { file, text }: { readonly file: string; readonly text: string },
): Promise<string> {
  const env = { GIT_INDEX_FILE: join(repository.folder, 'index') };
  const blob = await repository.own({ args: ['hash-object', '-w', '--no-filters', '--stdin'], input: text });
  await repository.own({ args: ['read-tree', parent], env });
  const listed = await repository.own({ args: ['ls-files', '-s', '--', file], env });
  const mode = listed.startsWith('100755') ? '100755' : '100644';
  await repository.own({ args: ['update-index', '--cacheinfo', mode, blob.trim(), file], env });
  return (await repository.own({ args: ['write-tree'], env })).trim();
}
