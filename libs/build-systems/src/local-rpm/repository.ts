import { AppError, nevraText, nvrOf } from '@millrace/kernel';
import type { Contents } from '@millrace/contracts';
import { randomUUID } from 'node:crypto';
import { cp, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildRef } from '../build-system';
import { indexRepository } from './createrepo';
import { codeOf, readJson, writeJson } from './json-file';
import { placeId, seriesDir } from './layout';
import { platformName } from './platform';
import type { Host } from './sandbox';

/** A package of a numbered repository and where it came from. Paths are relative to the builder's folder. */
export interface RepositoryPackage {
  readonly name: string;
  readonly arch: string;
  readonly nevra: string;
  /** NVR of the source build. */
  readonly nvr: string;
  /** null: the host's platform. */
  readonly component: string | null;
  readonly build: BuildRef | null;
  readonly file: string;
}

export interface Admission {
  readonly build: BuildRef;
  readonly component: string;
  readonly nvr: string;
  readonly bootstrap: boolean;
  /** The repository number that had it first. */
  readonly number: number;
}

/** `repository.json` in every numbered repository. */
export interface RepositoryRecord {
  readonly number: number;
  readonly place: string;
  readonly packages: readonly RepositoryPackage[];
  readonly sources: readonly { readonly component: string; readonly nvr: string; readonly file: string }[];
  /** Modules and images: nothing of them is among the packages. */
  readonly assembled: readonly { readonly component: string; readonly nvr: string; readonly build: BuildRef }[];
  /** In order. Of a base: what cascades brought when they landed. */
  readonly admitted: readonly Admission[];
  /** Of a base: cascades that have landed in it. */
  readonly landed: readonly string[];
}

export interface Series {
  readonly host: Host;
  readonly path: string;
  readonly release: string;
  readonly cascade: string | null;
}

/** The repository 0 of a release's base: the host's platform and nothing else. */
export function emptyRepository(series: Series): RepositoryRecord {
  const [, version = '1'] = /^platform-(.+)-1\.noarch\.rpm$/.exec(basename(series.host.platformRpm)) ?? [];
  const of = { name: platformName, epoch: '0', version, release: '1', arch: 'noarch' };
  const platform = { name: of.name, arch: of.arch, nevra: nevraText(of), nvr: nvrOf(of), component: null, build: null };
  return {
    number: 0,
    place: placeId(series.release, series.cascade),
    packages: [{ ...platform, file: series.host.platformRpm }],
    sources: [],
    assembled: [],
    admitted: [],
    landed: [],
  };
}

/** The record with one more build: it takes the place of the component's earlier one, and of packages of the same name. */
export function withBuild(before: RepositoryRecord, contents: Contents, bootstrap: boolean): RepositoryRecord {
  const { component, nvr, build } = contents;
  const number = before.number + 1;
  const admitted = [...before.admitted, { build, component, nvr, bootstrap, number }];
  const folder = `builds/${build}/out`;
  const packages = contents.packages.map((p) => {
    const nevra = nevraText(p);
    return { name: p.name, arch: p.arch, nevra, nvr, component, build, file: `${folder}/${p.path}` };
  });
  const names = new Set(packages.map((p) => p.name));
  const assembled = packages.length === 0 ? [{ component, nvr, build }] : [];
  const source = { component, nvr, file: `${folder}/source/${nvr}.src.rpm` };
  return {
    ...before,
    number,
    admitted,
    packages: [...before.packages.filter((p) => p.component !== component && !names.has(p.name)), ...packages],
    sources: [...before.sources.filter((s) => s.component !== component), ...(packages.length > 0 ? [source] : [])],
    assembled: [...before.assembled.filter((a) => a.component !== component), ...assembled],
  };
}

/** The newest repository of a series; null before the first. */
export async function currentRepository(
  dir: string,
  release: string,
  cascade: string | null,
): Promise<RepositoryRecord | null> {
  const folder = seriesDir(dir, release, cascade);
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const number = names.reduce((most, name) => (/^\d+$/.test(name) ? Math.max(most, Number(name)) : most), -1);
  return number < 0 ? null : readJson<RepositoryRecord>(join(folder, String(number), 'repository.json'));
}

/** A repository of a release's base by its number; null where it is gone. */
export function repositoryOfNumber(dir: string, release: string, number: number): Promise<RepositoryRecord | null> {
  return readJson<RepositoryRecord>(join(seriesDir(dir, release, null), String(number), 'repository.json'));
}

/**
 * Publishes what `next` makes of the current repository, under the next number. Whole or not at all: a folder is filled
 * aside and renamed, which fails for all but one of several publishers; the others ask `next` again about the new
 * current one. `next` gives null when there is nothing to publish.
 */
export async function publish(
  series: Series,
  next: (current: RepositoryRecord | null) => RepositoryRecord | null,
): Promise<RepositoryRecord> {
  const { host, release, cascade } = series;
  const folder = seriesDir(host.dir, release, cascade);
  await mkdir(folder, { recursive: true });
  for (;;) {
    const current = await currentRepository(host.dir, release, cascade);
    const wanted = next(current);
    if (wanted === null) return current ?? neverPublished(release, cascade);
    const draft = join(folder, `.draft-${randomUUID()}`);
    try {
      await fill(series, draft, wanted, current);
      await rename(draft, join(folder, String(wanted.number)));
      return wanted;
    } catch (error) {
      if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
}

/** Fills a folder with a repository, its metadata and its record; what stays of `before` is read from there. */
export async function fill(
  series: Series,
  draft: string,
  wanted: RepositoryRecord,
  before: RepositoryRecord | null,
): Promise<void> {
  const { host, release, cascade, path } = series;
  await mkdir(join(draft, 'packages'), { recursive: true });
  await mkdir(join(draft, 'source'));
  for (const { file } of wanted.packages) await link(join(host.dir, file), join(draft, 'packages', basename(file)));
  for (const { file } of wanted.sources) await link(join(host.dir, file), join(draft, 'source', basename(file)));
  const old = before && join(seriesDir(host.dir, release, cascade), String(before.number));
  // The metadata of what stays is read from there, instead of from every RPM again.
  for (const part of old ? ['repodata', 'source/repodata'] : []) {
    await cp(join(old!, part), join(draft, part), { recursive: true });
  }
  await indexRepository(host, draft, path);
  await writeJson(join(draft, 'repository.json'), wanted);
}

function neverPublished(release: string, cascade: string | null): never {
  throw new AppError({
    code: 'place-unknown',
    kind: 'missing',
    message: `there is no repository of ${placeId(release, cascade)}`,
    remedy: 'open the place first: a cascade of this release does so when it starts',
  });
}
