import type { SourceRef } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { describeSpec, specQueries, type SpecDescription } from '@millrace/package-metadata';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BuildStop } from './build-stop';
import { evidenceOf } from './failure';
import { inWork, openWorkshop, runBoxed, type Workshop } from './job';
import { prepareShelves, settingsOf, type LocalRpmOptions } from './local-rpm';
import { removeTree } from './remove-tree';
import { fetchSource } from './stages/source';
import { macroArguments, readSpec } from './stages/srpm';

export interface SourceQuestion extends Pick<LocalRpmOptions, 'dir' | 'limits' | 'toolchain'> {
  readonly source: SourceRef;
  readonly macros?: Readonly<Record<string, string>>;
}

/**
 * What the spec of a source says, read by rpm in a sandbox: reading a spec runs shell code of strangers. Nothing is
 * built and nothing is kept.
 *
 * @throws AppError `source-unreadable` when it cannot be fetched, or rpm cannot read the spec
 */
export async function describeSource(question: SourceQuestion): Promise<SpecDescription> {
  const dir = resolve(question.dir);
  const settings = settingsOf(question);
  const { host } = await prepareShelves(dir, settings);
  const folder = `descriptions/${randomUUID()}`;
  try {
    const shop = await openWorkshop(host, settings, folder);
    const { file, text } = await readSpec((await fetchSource(shop, question.source)).folder);
    await writeFile(inWork(shop, 'top/SPECS', file), text, { mode: 0o644 });
    const ask = (...query: string[]) => askRpm(shop, `/builddir/SPECS/${file}`, question.macros ?? {}, query);
    const source = await ask('--query', '--srpm', '--queryformat', specQueries.source);
    const packages = await ask('--query', '--queryformat', specQueries.packages);
    return describeSpec(source, packages, await ask('--parse'));
  } catch (error) {
    if (error instanceof BuildStop) throw unreadable(error.message);
    throw error;
  } finally {
    await removeTree(join(dir, folder));
  }
}

async function askRpm(
  shop: Workshop,
  spec: string,
  macros: Readonly<Record<string, string>>,
  query: readonly string[],
): Promise<string> {
  const { code, stdout } = await runBoxed(shop, 'srpm', {
    root: 'host',
    binds: [{ from: join(shop.work, 'top'), to: '/builddir' }],
    output: 'returned',
    argv: ['rpmspec', ...query, ...macroArguments(macros), spec],
  });
  if (code === 0) return stdout;
  const { summary } = await evidenceOf(shop.folder, new BuildStop('srpm', null));
  throw unreadable(`rpm cannot read ${spec.split('/').pop()}: ${summary}`);
}

function unreadable(why: string): AppError {
  return new AppError({
    code: 'source-unreadable',
    kind: 'invalid',
    message: why,
    remedy: 'check the spec with `rpmspec --parse`',
  });
}
