import type { BuildSystem } from '@millrace/build-systems';
import { releaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionOf } from '../store/testing/outside';
import type { Outside } from './outside';
import { landingProblems, sourceProblems } from './release-reach';

const definition = (more: object) => releaseDefinition.parse({ ...definitionOf(), ...more });
const now = <T>(answer: Promise<T>): Promise<T> => answer;

describe('whether a definition could be carried out', () => {
  let dir: string;
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'millrace-reach-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const outside = (head: (branch: string) => Promise<string>) => {
    const rows = ['rpm/a', 'rpm/b'].map((component) => ({ component }));
    const read = { sources: { where: () => Promise.resolve(rows) }, validated: { where: () => Promise.resolve([]) } };
    const git = { head: ({ branch }: { branch: string }) => head(branch) };
    return { read, git } as unknown as Outside;
  };
  const fault = (kind: 'missing' | 'unavailable') => new AppError({ code: 'git', kind, message: `git: ${kind}` });
  const sources = (git: string, branch = 'main') => definition({ sources: { rpm: { git, branch } } });

  it('a folder that is not there is named', async () => {
    const { problems } = await sourceProblems(
      outside(() => Promise.resolve('c')),
      sources(join(dir, 'no')),
      now,
    );
    expect(problems).toEqual([
      { path: ['sources', 'rpm', 'git'], text: `there is no folder '${join(dir, 'no')}'`, remedy: expect.any(String) },
    ]);
  });

  it('a branch that no repository has is; one that some have is right', async () => {
    const all = await sourceProblems(
      outside(() => Promise.reject(fault('missing'))),
      sources(dir, 'none'),
      now,
    );
    expect(all.problems).toMatchObject([{ path: ['sources', 'rpm', 'branch'], text: 'git: missing' }]);
    let asked = 0;
    const some = outside(() => (asked++ === 0 ? Promise.reject(fault('missing')) : Promise.resolve('c')));
    expect(await sourceProblems(some, sources(dir), now)).toEqual({ problems: [], unasked: [] });
  });

  it('a server that is away keeps nothing, and is said to be away', async () => {
    const away = outside(() => Promise.reject(fault('unavailable')));
    const found = await sourceProblems(away, sources('https://git.example/{name}'), now);
    expect(found).toEqual({
      problems: [],
      unasked: [{ system: 'https://git.example/{name}', because: 'git: unavailable' }],
    });
  });

  it('a way to land that the build system does not have is named before anything is to land', () => {
    const systems = new Map([['local-rpm', { landing: { name: 'local' } } as unknown as BuildSystem]]);
    const by = (adapter?: string) => definition(adapter === undefined ? {} : { landing_policy: { adapter } });
    expect(landingProblems({ systems }, by())).toEqual([]);
    expect(landingProblems({ systems }, by('local'))).toEqual([]);
    expect(landingProblems({ systems }, by('bodhi'))).toMatchObject([
      { path: ['landing_policy', 'adapter'], text: expect.stringContaining('no Bodhi is configured') as string },
    ]);
  });
});
