import type { Contents } from '@millrace/contracts';
import type { RebuildRow } from './state';

/** What a build's own record of its build root says of one component that it needed. */
export interface BuiltAgainst {
  readonly component: string;
  /** The build of this cascade that it should have had. */
  readonly nvr: string | null;
  /** `unknown`: the build system does not say what was in the build root. */
  readonly proven: 'yes' | 'no' | 'not-used' | 'unknown';
  /** Builds of the component that were in the build root. */
  readonly used: readonly string[];
}

/** Was it built against this cascade's builds of what it needs? The build root's own record answers. */
export function builtAgainst(needs: readonly RebuildRow[], contents: Contents): readonly BuiltAgainst[] {
  const made = needs.filter((need) => need.state === 'validated');
  return made.map((need) => {
    const inputs = contents.inputs.filter((input) => input.component === need.component);
    const used = [...new Set(inputs.map((input) => input.nvr))].sort();
    return { component: need.component, nvr: need.nvr, proven: provenBy(need, contents, inputs), used };
  });
}

function provenBy(need: RebuildRow, contents: Contents, inputs: Contents['inputs']): BuiltAgainst['proven'] {
  if (contents.inputs.length === 0) return 'unknown';
  if (inputs.length === 0) return 'not-used';
  // A draft's name changes when it is promoted; its build stays the same.
  return inputs.every((input) => input.build === need.build || input.nvr === need.nvr) ? 'yes' : 'no';
}

export function builtAgainstWords({ component, nvr, proven, used }: BuiltAgainst): string {
  switch (proven) {
    case 'yes':
      return `Built against the new ${component} (${nvr}): yes, proven by its build root.`;
    case 'no':
      return `Built against the new ${component} (${nvr}): no, its build root had ${used.join(', ')}.`;
    case 'not-used':
      return `Built against the new ${component} (${nvr}): nothing of it was in its build root.`;
    case 'unknown':
      return `Built against the new ${component} (${nvr}): not known, the build does not say what it was built with.`;
  }
}
