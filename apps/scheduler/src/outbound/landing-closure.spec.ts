import type { Contents } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import type { Candidate } from '../domain/landing/largest-set';
import { MemoryStore } from '../store/testing/memory-store';
import { lostBy } from './landing-closure';
import type { Outside } from './outside';

const store = (): { readonly memory: MemoryStore; readonly outside: Outside } => {
  const memory = new MemoryStore();
  return { memory, outside: { read: memory.read } as unknown as Outside };
};

function contentsOf(name: string, version: string, provides: string[], requires: string[]): Contents {
  const names = (all: string[]) => all.map((one) => ({ name: one }));
  const of = { name, epoch: '0', version, release: '1', arch: 'noarch', files: [] };
  const packages = [{ ...of, provides: names(provides), requires: names(requires) }];
  return {
    component: `rpm/${name}`,
    nvr: `${name}-${version}-1`,
    build: `${name}-${version}`,
    packages,
    buildRequires: [],
    inputs: [],
  };
}

function keep(memory: MemoryStore, contents: Contents, validated = true): Candidate {
  const { component, nvr, build } = contents;
  memory.rows.contents.set(build, { id: build, revision: 1, contents });
  const row = { id: `f43/${component}`, revision: 1, release: 'f43', component, build, nvr, contents: build };
  const more = { cascade: 'c0', generation: 1, source: null, at: moment(0) };
  if (validated) memory.rows.validated.set(row.id, { ...row, ...more });
  return { component, build, nvr, system: 'koji', tier: 0, contents: build };
}

describe('what a release would lose', () => {
  it('names who could not be installed any more, and whose new build takes it away', async () => {
    const { memory, outside } = store();
    keep(memory, contentsOf('libmill', '1', ['libmill.so.1'], []));
    keep(memory, contentsOf('wheel', '1', ['wheel'], ['libmill.so.1']));
    const next = keep(memory, contentsOf('libmill', '2', ['libmill.so.2'], []), false);
    expect(await lostBy(outside, 'f43', [next])).toEqual([
      { component: 'rpm/wheel', package: 'wheel-1-1.noarch', requirement: 'libmill.so.1', causes: ['rpm/libmill'] },
    ]);
  });

  it('says nothing when its user lands too, or when something that stays still offers it', async () => {
    const { memory, outside } = store();
    keep(memory, contentsOf('libmill', '1', ['libmill.so.1'], []));
    keep(memory, contentsOf('wheel', '1', [], ['libmill.so.1']));
    const next = keep(memory, contentsOf('libmill', '2', ['libmill.so.2'], []), false);
    const user = keep(memory, contentsOf('wheel', '2', [], ['libmill.so.2']), false);
    expect(await lostBy(outside, 'f43', [next, user])).toEqual([]);
    keep(memory, contentsOf('compat', '1', ['libmill.so.1'], []));
    expect(await lostBy(outside, 'f43', [next])).toEqual([]);
  });
});
