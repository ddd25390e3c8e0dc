import { readReleaseFile, type FileProblem } from '@millrace/admin-client';
import { AppError } from '@millrace/kernel';
import type { Leaf } from '../leaf';
import { counted } from '../words';

export const releaseLint: Leaf<object> = {
  usage: 'lint <files...>',
  about:
    'Checks release definitions against the schema: file:line:column of everything that is wrong. Needs no service.',
  examples: ['release lint release.yaml', 'release lint releases/*.yaml --json'],
  run: (context, args) => {
    const found = args.list(0).map((file) => ({ file, read: readReleaseFile(file) }));
    const results = found.map(({ file, read }) => ({ file, ok: read.ok, problems: read.ok ? [] : read.problems }));
    context.show(results, () =>
      results.map((r) => (r.ok ? `${r.file}: right` : lintText(r.file, r.problems))).join('\n'),
    );
    const wrong = results.filter((result) => !result.ok).length;
    if (wrong > 0) throw notRight(wrong);
    return Promise.resolve();
  },
};

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
