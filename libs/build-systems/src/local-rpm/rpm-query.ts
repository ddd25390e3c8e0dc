import type { RpmDependency } from '@millrace/contracts';

/** What `rpm --qf` tells of one package. */
export interface QueriedPackage {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  /** File name of the source package; empty for one. */
  readonly sourceRpm: string;
  readonly provides: readonly RpmDependency[];
  readonly requires: readonly RpmDependency[];
  readonly files: readonly string[];
}

const mark = '\u001f';

/** A query format whose answer {@link parseQuery} reads: one line a fact, fields divided by U+001F. */
export const queryFormat = [
  `package${mark}%{NAME}${mark}%{EPOCHNUM}${mark}%{VERSION}${mark}%{RELEASE}${mark}%{ARCH}${mark}%{SOURCERPM}\\n`,
  `[provides${mark}%{PROVIDENAME}${mark}%{PROVIDEFLAGS:depflags}${mark}%{PROVIDEVERSION}\\n]`,
  `[requires${mark}%{REQUIRENAME}${mark}%{REQUIREFLAGS:depflags}${mark}%{REQUIREVERSION}\\n]`,
  `[file${mark}%{FILENAMES}\\n]`,
].join('');

/** In the order of the packages asked for; what a package lists twice, and what rpm itself must provide, is left out. */
export function parseQuery(answer: string): readonly QueriedPackage[] {
  const drafts: Draft[] = [];
  for (const line of answer.split('\n')) {
    const [kind, ...fields] = line.split(mark);
    if (kind === 'package') drafts.push(draftOf(fields));
    else addFact(drafts[drafts.length - 1], kind!, fields);
  }
  return drafts.map(({ provides, requires, files, ...rest }) => ({
    ...rest,
    provides: inOrder(provides),
    requires: inOrder(requires),
    files: [...new Set(files)].sort(),
  }));
}

type Draft = Omit<QueriedPackage, 'provides' | 'requires' | 'files'> & {
  readonly provides: RpmDependency[];
  readonly requires: RpmDependency[];
  readonly files: string[];
};

function addFact(draft: Draft | undefined, kind: string, fields: readonly string[]): void {
  const name = fields[0];
  if (!draft || !name) return;
  if (kind === 'provides') draft.provides.push(dependencyOf(fields));
  if (kind === 'requires' && !name.startsWith('rpmlib(')) draft.requires.push(dependencyOf(fields));
  if (kind === 'file' && name.startsWith('/')) draft.files.push(name);
}

/** `[epoch:]version[-release]` and rpm's sign, in rpm-md's words. */
function dependencyOf([name = '', sign = '', evr = '']: readonly string[]): RpmDependency {
  const flags = signs[sign.replace(/\s/g, '')];
  const parts = /^(?:(\d+):)?([^-]*)(?:-(.+))?$/.exec(evr);
  if (!flags || !parts || evr === '') return { name };
  const [, epoch = '0', version = '', release] = parts;
  return { name, flags, epoch, version, ...(release === undefined ? {} : { release }) };
}

const signs: Readonly<Record<string, RpmDependency['flags']>> = {
  '=': 'EQ',
  '<': 'LT',
  '>': 'GT',
  '<=': 'LE',
  '>=': 'GE',
};

function draftOf(fields: readonly string[]): Draft {
  const [name = '', epoch = '0', version = '', release = '', arch = '', sourceRpm = ''] = fields;
  const source = sourceRpm === '(none)' ? '' : sourceRpm;
  return { name, epoch, version, release, arch, sourceRpm: source, provides: [], requires: [], files: [] };
}

function inOrder(dependencies: readonly RpmDependency[]): readonly RpmDependency[] {
  const byText = new Map(dependencies.map((d) => [JSON.stringify(d), d]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}
