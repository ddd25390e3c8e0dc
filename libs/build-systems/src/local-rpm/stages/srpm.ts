import { nvrOf, parseComponentId } from '@millrace/kernel';
import type { RpmDependency } from '@millrace/contracts';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildStop } from '../build-stop';
import { takeNumber } from '../counter';
import { inWork, runBoxed, type Job } from '../job';
import { readSourceFile } from '../read-source-file';
import { parseQuery, queryFormat } from '../rpm-query';
import { giveToBuilder } from '../sandbox';
import type { FetchedSource } from './source';

export interface SourcePackage {
  readonly nvr: string;
  readonly buildRequires: readonly RpmDependency[];
  /** Arguments for rpmbuild that every later stage repeats. */
  readonly macros: readonly string[];
  readonly spec: string;
  readonly epoch: number;
}

const stage = 'srpm';
const largestSpec = 4 * 1024 * 1024;

const makeAndAsk =
  'spec=$1; format=$2; shift 2; rpmbuild -bs --nodeps "$@" "$spec" >&2 && rpm -qp --qf "$format" /builddir/SRPMS/*.src.rpm';

/** Makes the source package. Reading a spec runs its `%()` shell code, hence the sandbox. */
export async function makeSourcePackage(job: Job, source: FetchedSource): Promise<SourcePackage> {
  const { name } = parseComponentId(job.record.order.component);
  const { file, text } = await readSpec(source.folder);
  const suffix = `.mr${await takeNumber(job.host.dir, job.record.order.release, name)}`;
  const path = inWork(job, 'top/SPECS', file);
  await writeFile(path, withSuffix(text, suffix), { flag: 'wx', mode: 0o644 });
  await chmod(path, 0o644);
  await giveToBuilder(job.host, path);
  const macros = macroArguments({ dist: suffix, ...job.record.order.macros });
  const spec = `/builddir/SPECS/${file}`;
  const { code, stdout } = await runBoxed(job, stage, {
    root: 'host',
    binds: [{ from: join(job.work, 'top'), to: '/builddir', writable: true }],
    env: { SOURCE_DATE_EPOCH: String(source.epoch) },
    output: 'returned',
    argv: ['/bin/sh', '-c', makeAndAsk, 'srpm', spec, queryFormat, ...macros],
  });
  const [made] = parseQuery(stdout);
  if (code !== 0 || !made) throw new BuildStop(stage, null, null);
  if (made.name !== name) {
    throw new BuildStop(
      stage,
      `the spec is of ${made.name}, but the component is ${job.record.order.component}`,
      'source',
    );
  }
  return { nvr: nvrOf(made), buildRequires: made.requires, macros, spec, epoch: source.epoch };
}

export async function readSpec(folder: string): Promise<{ file: string; text: string }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.spec')).sort();
  const [file] = names;
  if (names.length !== 1 || !file || !/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(file)) {
    const found = names.length === 0 ? 'none' : names.join(', ').slice(0, 300);
    throw new BuildStop(stage, `a source needs exactly one spec file with a plain name; found: ${found}`, 'source');
  }
  const text = await readSourceFile(folder, file, largestSpec);
  if (text !== null) return { file, text };
  throw new BuildStop(stage, `${file} is no regular file of at most ${largestSpec} bytes`, 'source');
}

/** Specs with `%{?dist}` in their release take the suffix from that macro; to others it is appended. */
function withSuffix(spec: string, suffix: string): string {
  const release = /^(Release[ \t]*:[ \t]*)(.*?)[ \t]*$/im.exec(spec);
  if (!release || /%\{\??dist\}/.test(release[2]!)) return spec;
  return (
    spec.slice(0, release.index) + release[1] + release[2] + suffix + spec.slice(release.index + release[0].length)
  );
}

export function macroArguments(macros: Readonly<Record<string, string>>): string[] {
  return Object.entries(macros).flatMap(([name, value]) => {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && /^[^\n%]{0,200}$/.test(value))
      return ['--define', `${name} ${value || '%{nil}'}`];
    throw new BuildStop(
      stage,
      `the order's macro ${name.slice(0, 50)} cannot be defined: a plain name and one line`,
      'source',
    );
  });
}
