import type { Dependency } from '@millrace/package-metadata';
import { emptyFacts, type ComponentFacts, type PackageFacts } from '../src/domain/facts';

/** `name`, `name = 1.0-1` and the like. */
export function dep(text: string): Dependency {
  const [name, sign, evr] = text.split(' ');
  if (!sign || !evr) return { name: name! };
  const flags = ({ '=': 'EQ', '<': 'LT', '>': 'GT', '<=': 'LE', '>=': 'GE' } as const)[sign as '='];
  const [version, release] = evr.split('-');
  return { name: name!, flags, epoch: '0', version: version!, ...(release ? { release } : {}) };
}

export function pack(
  name: string,
  parts: { provides?: string[]; requires?: string[]; files?: string[] } & Partial<
    Pick<PackageFacts, 'arch' | 'version' | 'release' | 'declared'>
  > = {},
): PackageFacts {
  const {
    provides = [],
    requires = [],
    files = [],
    arch = 'x86_64',
    version = '1.0',
    release = '1',
    declared = false,
  } = parts;
  return {
    name,
    epoch: '0',
    version,
    release,
    arch,
    provides: provides.map(dep),
    requires: requires.map(dep),
    files,
    declared,
  };
}

type Loose = Partial<Omit<ComponentFacts, 'buildRequires' | 'installs' | 'bootstrapRequires'>> & {
  buildRequires?: string[];
  bootstrapRequires?: string[] | null;
  installs?: string[];
};

/** A component that was built, unless said otherwise. */
export function part(component: string, parts: Loose = {}): ComponentFacts {
  const { buildRequires = [], bootstrapRequires = null, installs = [], ...rest } = parts;
  return {
    ...emptyFacts(component),
    nvr: `${component.split('/')[1]}-1.0-1`,
    source: { url: 'file:///git', commit: '0'.repeat(40) },
    ...rest,
    buildRequires: buildRequires.map(dep),
    installs: installs.map(dep),
    bootstrapRequires: bootstrapRequires?.map(dep) ?? null,
  };
}

/** A library in the usual shape: a soname, and a -devel package that needs it. */
export function library(
  name: string,
  so: number,
  parts: { buildRequires?: string[]; links?: string[]; develNeeds?: string[] } = {},
): ComponentFacts {
  const { buildRequires = [], links = [], develNeeds = [] } = parts;
  return part(`rpm/${name}`, {
    buildRequires,
    packages: [
      pack(name, { provides: [`${name}.so.${so}()(64bit)`], requires: links }),
      pack(`${name}-devel`, { requires: [name, ...develNeeds] }),
    ],
  });
}
