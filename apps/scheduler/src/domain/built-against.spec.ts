import type { Contents } from '@millrace/contracts';
import { builtAgainst, builtAgainstWords } from './built-against';
import type { RebuildRow } from './state';

const need = (name: string, state = 'validated'): RebuildRow =>
  ({ component: `rpm/${name}`, state, build: `task-${name}`, nvr: `${name}-2-1` }) as RebuildRow;
const input = (name: string, nvr: string, build: string | null = null) => ({
  ...{ nevra: `${name}-0:1-1.x86_64`, component: `rpm/${name}`, nvr, build },
});
const contents = (inputs: Contents['inputs']): Contents => ({
  ...{ component: 'rpm/app', nvr: 'app-1-1', build: 'task-9', packages: [], buildRequires: [], inputs },
});
const said = (inputs: Contents['inputs']) => builtAgainst([need('lib')], contents(inputs)).map(builtAgainstWords);

describe('built against the new library', () => {
  it('is proven by the build root, whatever name the build has by now', () => {
    const draft = input('lib', 'lib-2-1,draft_7', 'task-lib');
    expect(builtAgainst([need('lib')], contents([draft]))).toEqual([
      { component: 'rpm/lib', nvr: 'lib-2-1', proven: 'yes', used: ['lib-2-1,draft_7'] },
    ]);
    expect(said([input('lib', 'lib-2-1')])).toEqual([
      'Built against the new rpm/lib (lib-2-1): yes, proven by its build root.',
    ]);
  });

  it('is not when an old build was there, beside the new one too', () => {
    const words = 'Built against the new rpm/lib (lib-2-1): no, its build root had lib-1-1, lib-2-1.';
    expect(said([input('lib', 'lib-2-1'), input('lib', 'lib-1-1')])).toEqual([words]);
  });

  it('says when it cannot be known, and when nothing was used', () => {
    expect(said([])).toEqual([expect.stringMatching(/not known/)]);
    expect(said([input('gcc', 'gcc-1-1')])).toEqual([expect.stringMatching(/nothing of it was in its build root/)]);
    expect(builtAgainst([need('lib', 'unneeded')], contents([]))).toEqual([]);
  });
});
