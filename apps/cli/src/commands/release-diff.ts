import { doors } from '@millrace/contracts';
import { canonicalJson } from '@millrace/kernel';
import type { Leaf } from '../leaf';
import { definitionIn, startsText } from './release-apply';
import { revisionOf } from './release-show';

interface Options {
  readonly revision?: string;
}

interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export const releaseDiff: Leaf<Options> = {
  usage: 'diff <file>',
  about:
    'Compares a file with the definition that is in force, member by member, and names the builds that would start when it ends to observe. Nothing is applied.',
  options: (command) => command.option('--revision <n>', 'compare with an earlier revision'),
  examples: ['release diff release.yaml', 'release diff release.yaml --revision 1'],
  run: async (context, args, options) => {
    const definition = definitionIn(context, args.text(0));
    const current = await revisionOf(context, definition.release, options.revision);
    const found = differences(current.definition, definition, '');
    const leaves = current.definition.mode === 'observe' && definition.mode !== 'observe';
    const { starts = null } = leaves ? await context.client.call(doors.scheduler.releaseCheck, { definition }) : {};
    if (starts) context.note(startsText(starts, definition.mode));
    context.show(found, () =>
      found.length === 0
        ? `the same as revision ${current.revision}`
        : found
            .flatMap(({ path, before, after }) => [
              context.paint('bold', path),
              ...(before === undefined ? [] : [context.paint('red', `  - ${JSON.stringify(before)}`)]),
              ...(after === undefined ? [] : [context.paint('green', `  + ${JSON.stringify(after)}`)]),
            ])
            .join('\n'),
    );
  },
};

/** Members that differ, by their path; lists are compared item by item. */
export function differences(before: unknown, after: unknown, path: string): readonly Difference[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path: path || '.', before, after }];
  const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
