import type { BinaryPackage, Contents } from '@millrace/contracts';
import { planTree, type TreeParts } from './tree';

function rpm(name: string, changes: Partial<BinaryPackage> = {}): BinaryPackage {
  const of = { name, epoch: '0', version: '1.0', release: '1.mr1', arch: 'x86_64', sha256: 'AB', ...changes };
  const path = `packages/${of.name}-${of.version}-${of.release}.${of.arch}.rpm`;
  return { ...of, path: changes.path ?? path, provides: [], requires: [], files: [] };
}

function contents(name: string, packages: readonly BinaryPackage[], changes: Partial<Contents> = {}): Contents {
  const component = `rpm/${name}`;
  const nvr = `${name}-1.0-1.mr1`;
  return { component, nvr, build: name, packages: [...packages], buildRequires: [], inputs: [], ...changes };
}

function input(nevra: string): Contents['inputs'][number] {
  return { nevra, component: null, nvr: 'x-1-1', build: null };
}

const parts: TreeParts = {
  variant: 'Everything',
  contents: [],
  available: new Set(),
  platform: [],
  hostArch: 'x86_64',
};

test('packages go by letter, apart by kind; a noarch one into the tree of every architecture', () => {
  const libmill = contents('LibMill', [rpm('LibMill'), rpm('LibMill-debuginfo'), rpm('LibMill', { arch: 'aarch64' })]);
  const doc = contents('doc', [rpm('doc', { arch: 'noarch' })]);
  const { placements, arches } = planTree({
    ...parts,
    contents: [libmill, doc],
    available: new Set(['LibMill-1.0-1.mr1.src.rpm']),
  });
  expect(arches).toEqual(['aarch64', 'x86_64']);
  expect(placements.map((p) => [p.arch, p.category, p.path])).toEqual([
    ['x86_64', 'binary', 'Everything/x86_64/os/Packages/l/LibMill-1.0-1.mr1.x86_64.rpm'],
    ['x86_64', 'debug', 'Everything/x86_64/debug/tree/Packages/l/LibMill-debuginfo-1.0-1.mr1.x86_64.rpm'],
    ['aarch64', 'binary', 'Everything/aarch64/os/Packages/l/LibMill-1.0-1.mr1.aarch64.rpm'],
    ['aarch64', 'binary', 'Everything/aarch64/os/Packages/d/doc-1.0-1.mr1.noarch.rpm'],
    ['x86_64', 'binary', 'Everything/x86_64/os/Packages/d/doc-1.0-1.mr1.noarch.rpm'],
    ['aarch64', 'source', 'Everything/source/tree/Packages/l/LibMill-1.0-1.mr1.src.rpm'],
    ['x86_64', 'source', 'Everything/source/tree/Packages/l/LibMill-1.0-1.mr1.src.rpm'],
  ]);
  expect(new Set(placements.slice(0, 3).map((p) => p.srpm))).toEqual(new Set(['LibMill-0:1.0-1.mr1.src']));
});

test('a module is a variant of its own, with the packages that it holds', () => {
  const quern = contents('quern', [rpm('quern'), rpm('quern-doc', { arch: 'noarch' })]);
  const module = contents('grinding', [], {
    component: 'module/grinding:1.0',
    nvr: 'grinding-1.0-20260131.abcd1234',
    module: { nsvc: 'grinding:1.0:20260131:abcd1234', modulemd: 'document: modulemd' },
    inputs: [input('quern-0:1.0-1.mr1.x86_64')],
  });
  const plan = planTree({ ...parts, contents: [quern, module] });
  expect(plan.modules).toMatchObject([{ arch: 'x86_64', rpms: ['quern-0:1.0-1.mr1.x86_64'] }]);
  expect(plan.placements.at(-1)).toMatchObject({
    variant: 'Modular',
    path: 'Modular/x86_64/os/Packages/q/quern-1.0-1.mr1.x86_64.rpm',
  });
  const outdated = { ...module, inputs: [input('quern-0:0.9-1.mr1.x86_64')] };
  expect(() => planTree({ ...parts, contents: [quern, outdated] })).toThrow(
    'module/grinding:1.0 holds quern-0:0.9-1.mr1.x86_64, of which the release has another build by now',
  );
});

test('the platform is shipped although it has no build', () => {
  const platform = [{ name: 'platform', epoch: '0', version: '12', release: '1', arch: 'noarch' }];
  expect(planTree({ ...parts, platform }).placements).toMatchObject([
    {
      srpm: 'platform-0:12-1.src',
      path: 'Everything/x86_64/os/Packages/p/platform-12-1.noarch.rpm',
      sha256: null,
    },
  ]);
});

test.each(['../../../etc/passwd', 'packages/..', 'a/b;c.rpm', '-rf.rpm'])('the path %s leads nowhere', (path) => {
  expect(() => planTree({ ...parts, contents: [contents('x', [rpm('x', { path })])] })).toThrow('names no RPM');
});

test('of a path only the name counts', () => {
  const path = '../../outside/x-1.0-1.mr1.x86_64.rpm';
  const [placement] = planTree({ ...parts, contents: [contents('x', [rpm('x', { path })])] }).placements;
  expect(placement!.path).toBe('Everything/x86_64/os/Packages/x/x-1.0-1.mr1.x86_64.rpm');
});
