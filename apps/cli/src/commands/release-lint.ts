import { placeInFile, readReleaseFile, type FileProblem, type ReleaseFile } from '@millrace/admin-client';
import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { counted } from '../words';
import { ringProblems } from './follow-rings';

interface Options {
  readonly online?: boolean;
}

interface Result {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly FileProblem[];
  /** Build systems that could not be asked. */
  readonly unasked?: readonly { readonly system: string; readonly because: string }[];
}

export const releaseLint: Leaf<Options> = {
  usage: 'lint <files...>',
  about:
    'Checks release definitions against the schema: file:line:column of everything that is wrong. Needs no service. ' +
    'With --online the scheduler is asked too whether the build systems, targets, tags and sources are there.',
  options: (command) => command.option('--online', 'ask the build systems for what the definitions name'),
  examples: ['release lint release.yaml', 'release lint releases/*.yaml --json', 'release lint release.yaml --online'],
  run: async (context, args, { online = false }) => {
    const results: Result[] = [];
    const given = args.list(0).map((file) => ({ file, read: readReleaseFile(file) }));
    for (const { file, read } of given) {
      const result = online && read.ok ? await asked(context, file, read) : offline(file, read);
      const problems = [...result.problems, ...ringProblems(given, file)];
      results.push({ ...result, ok: problems.length === 0, problems });
    }
    context.show(results, () => results.map(textOf).join('\n'));
    const wrong = results.filter((result) => !result.ok).length;
    if (wrong > 0) throw notRight(wrong);
  },
};

function offline(file: string, read: ReleaseFile): Result {
  return { file, ok: read.ok, problems: read.ok ? [] : read.problems };
}

async function asked(
  { client }: Context,
  file: string,
  { definition }: Extract<ReleaseFile, { ok: true }>,
): Promise<Result> {
  const found = await client.call(doors.scheduler.releaseCheck, { definition });
  const problems = found.problems.map(({ path, text, remedy }) => {
    return { ...placeInFile(file, path), text: `${path.join('.')}: ${text} (${remedy})` };
  });
  return { file, ok: problems.length === 0, problems, unasked: found.unasked };
}

function textOf({ file, ok, problems, unasked = [] }: Result): string {
  const silent = unasked.map(({ system, because }) => `${file}: ${system} could not be asked: ${because}`);
  return [...silent, ok ? `${file}: right` : lintText(file, problems)].join('\n');
}

/** `file:line:column: what`, as compilers write it. */
export function lintText(file: string, problems: readonly FileProblem[]): string {
  return problems.map((p) => `${file}:${p.line}:${p.column}: ${p.text}`).join('\n');
}

export function notRight(files: number): AppError {
  return new AppError({
    code: 'definition-invalid',
    kind: 'invalid',
    message: `${counted(files, 'release definition is', 'release definitions are')} not right`,
    remedy: 'correct what is named above',
  });
}
