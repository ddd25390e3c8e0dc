import type { RepositoryPackage, SpecDescription } from '@millrace/package-metadata';
import { dep, part } from '../../test/worlds';
import { assemble, requiredFiles, type Gathered, type ReadSpec, type SourceHead } from './assemble';

const head = (name: string): SourceHead => ({ name, url: `file:///git/${name}`, commit: 'a'.repeat(40) });
const declared = (name: string) => ({
  ...{ name, epoch: '0', version: '2.0', release: '1', arch: 'x86_64' },
  ...{ provides: [dep(`${name} = 2.0-1`)], requires: [], files: [] },
});

function spec(name: string, parts: Partial<SpecDescription> = {}, more: Partial<ReadSpec> = {}): ReadSpec {
  const description = {
    name,
    buildRequires: [dep('gcc')],
    dynamicBuildRequires: false,
    packages: [declared(name)],
    ...parts,
  };
  return {
    component: `rpm/${name}`,
    head: head(name),
    description,
    bootstrap: null,
    generated: [],
    problem: null,
    ...more,
  };
}

function rpm(name: string, sourceRpm: string): RepositoryPackage {
  return {
    ...{ name, epoch: '0', version: '1.0', release: '1', arch: 'x86_64', sourceRpm, location: `${name}.rpm`, size: 1 },
    ...{ checksum: name, provides: [dep(`${name} = 1.0-1`)], requires: [], files: [] },
  };
}

function gathered(parts: Partial<Gathered>): Gathered {
  return {
    specs: [],
    modules: [],
    containers: [],
    stacks: {},
    packages: [],
    builds: new Map(),
    previous: new Map(),
    ...parts,
  };
}

function one(parts: Partial<Gathered>, component: string) {
  return assemble(gathered(parts)).find((facts) => facts.component === component)!;
}

describe('a component from its spec and its builds', () => {
  it('is as its spec declares it before it was ever built', () => {
    const facts = one({ specs: [spec('stone')] }, 'rpm/stone');
    expect(facts.nvr).toBeNull();
    expect(facts.packages.map((p) => [p.name, p.version, p.declared])).toEqual([['stone', '2.0', true]]);
  });

  it('has the packages that were built, and beside them those that its spec now adds', () => {
    const specs = [spec('stone', { packages: [declared('stone'), declared('stone-tools')] })];
    const facts = one({ specs, packages: [rpm('stone', 'stone-1.0-1.src.rpm')] }, 'rpm/stone');
    expect(facts.nvr).toBe('stone-1.0-1');
    expect(facts.packages.map((p) => [p.name, p.version, p.declared])).toEqual([
      ['stone', '1.0', false],
      ['stone-tools', '2.0', true],
    ]);
  });

  it('belongs to the repository whose spec has the name of the source package', () => {
    const specs = [spec('python-conf', {}, { component: 'rpm/conf', head: head('conf') })];
    const facts = one({ specs, packages: [rpm('python3-conf', 'python-conf-1.0-1.src.rpm')] }, 'rpm/conf');
    expect(facts.packages.map((p) => p.name)).toEqual(['python3-conf', 'python-conf']);
  });

  it('needs what its head says, and what its build generated, only if its spec generates at all', () => {
    const generated = [dep('found'), dep('gcc')];
    const names = (dynamicBuildRequires: boolean): string[] =>
      one({ specs: [spec('a', { dynamicBuildRequires }, { generated })] }, 'rpm/a').buildRequires.map((d) => d.name);
    expect(names(true)).toEqual(['gcc', 'found']);
    expect(names(false)).toEqual(['gcc']);
  });

  it('has the needs of its bootstrap recipe', () => {
    const bootstrap = { name: 'a', buildRequires: [], dynamicBuildRequires: false, packages: [] };
    expect(one({ specs: [spec('a', {}, { bootstrap })] }, 'rpm/a').bootstrapRequires).toEqual([]);
    expect(one({ specs: [spec('a')] }, 'rpm/a').bootstrapRequires).toBeNull();
  });

  it('stays as it was when its spec cannot be read, with the reason', () => {
    const before = part('rpm/a', { buildRequires: ['old'] });
    const specs = [spec('a', {}, { description: null, problem: 'line 3: no such macro' })];
    const facts = one({ specs, previous: new Map([['rpm/a', before]]) }, 'rpm/a');
    expect(facts).toMatchObject({ problem: 'line 3: no such macro', buildRequires: [{ name: 'old' }] });
    expect(facts.source!.commit).toBe('a'.repeat(40));
  });
});

describe('what no source of the release makes', () => {
  it('is external', () => {
    const facts = one({ packages: [rpm('platform', 'platform-1-1.src.rpm')] }, 'external/platform');
    expect(facts).toMatchObject({ external: true, nvr: 'platform-1-1', source: null });
  });
});

describe('what is assembled', () => {
  it('contains what its definition names', () => {
    const module = {
      ...{ form: 'packager' as const, name: 'mill', stream: '1.0', version: null, context: null, summary: '' },
      dependencies: [{ buildRequires: { platform: ['p1'], go: ['1.20', '-1.10'] }, requires: {} }],
      components: [{ name: 'stone', ref: null, buildOrder: 0 }],
      ...{ profiles: {}, artifacts: [] },
    };
    const container = { from: 'base:1', installs: ['wheel'], labels: {}, entrypoint: null, command: null };
    const parts: Partial<Gathered> = {
      modules: [{ component: 'module/mill:1.0', head: head('mill'), description: module, problem: null }],
      containers: [{ component: 'container/app', head: head('app'), description: container, problem: null }],
      stacks: { all: ['module/mill:1.0'] },
      builds: new Map([['container/app', 'app-1-1']]),
    };
    expect(one(parts, 'module/mill:1.0')).toMatchObject({ contains: ['rpm/stone'], builtOn: ['module/go:1.20'] });
    expect(one(parts, 'container/app')).toMatchObject({
      ...{ installs: [{ name: 'wheel' }], builtOn: ['container/base:1'], nvr: 'app-1-1' },
    });
    expect(one(parts, 'stack/all')).toMatchObject({ contains: ['module/mill:1.0'], source: null });
  });
});

describe('files worth looking up', () => {
  it('are those that anybody requires', () => {
    const specs = [spec('a', { buildRequires: [dep('/usr/bin/x'), dep('gcc')] })];
    const packages = [{ ...rpm('b', 'b-1-1.src.rpm'), requires: [dep('/usr/share/y')] }];
    expect([...requiredFiles(specs, [], packages)].sort()).toEqual(['/usr/bin/x', '/usr/share/y']);
  });
});
