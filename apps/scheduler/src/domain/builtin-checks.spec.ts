import { releaseDefinition, type Contents } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import { asksBuiltin, builtinChecks } from './builtin-checks';
import type { BuiltinCheck, RebuildRow } from './state';

const contents = (version: string, inputs: Contents['inputs'] = [], epoch = '0'): Contents => ({
  component: 'rpm/a',
  nvr: `a-${version}-1`,
  build: `b-${version}`,
  packages: [{ name: 'a', epoch, version, release: '1', arch: 'x86_64', provides: [], requires: [], files: [] }],
  buildRequires: [],
  inputs,
});

describe('the checks of a build', () => {
  const fine = { contents: contents('2'), before: contents('1'), needs: [], unmet: [] };
  const outcomes = (changes: Partial<Parameters<typeof builtinChecks>[0]>): Record<string, string> =>
    Object.fromEntries(
      builtinChecks({ ...fine, ...changes }).map(({ test, outcome }) => [
        test.replace('millrace.builtin.', ''),
        outcome,
      ]),
    );
  const passed = { installable: 'PASSED', 'upgrade-path': 'PASSED', 'planned-inputs': 'PASSED' };

  it('pass when it can be installed, is newer, and was built with what its cascade made', () => {
    expect(outcomes({})).toEqual(passed);
    expect(outcomes({ before: null })).toEqual(passed);
  });

  it('fail by what it requires and nobody provides, and say so where nobody could look', () => {
    expect(outcomes({ unmet: ['libstone.so.1'] })).toEqual({ ...passed, installable: 'FAILED' });
    expect(outcomes({ unmet: { unseen: 'damaged' } })).toEqual({ ...passed, installable: 'INFO' });
    const { installable: _, ...others } = passed;
    expect(outcomes({ unmet: null })).toEqual(others);
    expect(outcomes({ unmet: 'later' })).toEqual(others);
  });

  it('fail when a package of it is older than the one that it takes the place of, by epoch first', () => {
    expect(outcomes({ before: contents('2.1') })['upgrade-path']).toBe('FAILED');
    expect(outcomes({ before: contents('2.1'), contents: contents('2', [], '1') })['upgrade-path']).toBe('PASSED');
    expect(outcomes({ before: contents('2') })['upgrade-path']).toBe('PASSED');
  });

  it('fail when it was built with another build than the validated one of its cascade', () => {
    const need = { component: 'rpm/m', state: 'validated', build: 'm-2', nvr: 'm-1-2', bootstrap: false };
    const needs = [need as unknown as RebuildRow];
    const built = (build: string, nvr: string) =>
      outcomes({ needs, contents: contents('2', [{ nevra: 'm', component: 'rpm/m', nvr, build }]) })['planned-inputs'];
    expect(built('m-2', 'm-1-2')).toBe('PASSED');
    expect(built('m-1', 'm-1-1')).toBe('FAILED');
  });
});

describe('who asks for them', () => {
  const asks = (...gates: object[]): boolean =>
    asksBuiltin(releaseDefinition.parse({ ...definitionOf(), gates }), 'rpm/a');

  it('is a gate that requires no test, unless its policy says otherwise', () => {
    expect(asks()).toBe(true);
    expect(asks({ id: 'none', rules: [] })).toBe(true);
    expect(asks({ id: 'none', rules: [], when_no_tests: 'pass' })).toBe(false);
    expect(asks({ id: 'some', rules: [{ test: 'ci.x.functional' }] })).toBe(false);
    expect(asks({ id: 'others', rules: [{ test: 'ci.x.functional' }], packages: ['b*'] })).toBe(true);
    expect(asks({ id: 'named', rules: [{ test: 'millrace.builtin.installable' }] })).toBe(true);
  });
});

describe('in a cascade', () => {
  const made = [{ test: 'millrace.builtin.installable', outcome: 'PASSED', note: 'all is there' }] as const;
  const reported = (world: World) =>
    world.events('result.reported').map(({ data }) => {
      const { test, outcome, note } = data as { test: string; outcome: string; note: string };
      return [test.replace('millrace.builtin.', ''), outcome, note];
    });

  it('they are results, and the gate is told which ones to wait for', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, checks: () => made });
    await world.start('all');
    await world.settle();
    expect(reported(world)).toEqual([['dependencies', 'PASSED', 'who loses something by it is built again']]);
    expect(world.events('verdict.wanted')[0]!.data).toMatchObject({
      builtin: ['millrace.builtin.installable', 'millrace.builtin.dependencies'],
      checks: made,
      tag: 'mill-side',
    });
  });

  it('whether it can be installed is what the resolver says where the build system cannot, and is waited for', async () => {
    const unseen = [{ test: 'millrace.builtin.upgrade-path', outcome: 'PASSED', note: 'it is newer' }] as const;
    const installed = async (unmet: readonly string[] | null, checks: readonly BuiltinCheck[] = unseen) => {
      const world = new World({ graph: { 'rpm/a': [] }, checks: () => checks, ...(unmet && { unmet: () => unmet }) });
      await world.start('all');
      await world.settle();
      expect(world.events('verdict.wanted')[0]!.data).toMatchObject({
        builtin: expect.arrayContaining(['millrace.builtin.installable', 'millrace.builtin.dependencies']) as string[],
      });
      return reported(world).filter(([test]) => test === 'installable');
    };
    const missing = 'it cannot be installed: nothing provides libstone.so.1';
    expect(await installed(['libstone.so.1'])).toEqual([['installable', 'FAILED', missing]]);
    expect(await installed([])).toEqual([['installable', 'PASSED', 'all that its packages require is there']]);
    expect(await installed(null)).toMatchObject([
      ['installable', 'INFO', expect.stringContaining('nobody could look')],
    ]);
    // Of a build made by hand nobody knew: now somebody does.
    const unknown = { test: 'millrace.builtin.installable', outcome: 'INFO', note: 'nobody could look' } as const;
    expect(await installed(['libstone.so.1'], [unknown])).toEqual([['installable', 'FAILED', missing]]);
    expect(await installed(['libstone.so.1'], made)).toEqual([]);
  });

  it('who loses something and is not built again is broken', async () => {
    const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
    const breaks = (component: string): string[] => (component === 'rpm/a' ? ['rpm/b', 'rpm/c'] : []);
    const world = new World({ graph, breaks, checks: () => made });
    await world.start('all');
    await world.settle();
    expect(reported(world)).toContainEqual([
      'dependencies',
      'FAILED',
      'who is not built again breaks: rpm/c loses lib of rpm/a',
    ]);
  });

  it('nothing is said where no gate looks at them', async () => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start('all');
    await world.settle();
    expect(reported(world)).toEqual([]);
    expect(world.events('verdict.wanted')[0]!.data).not.toHaveProperty('builtin');
  });
});
