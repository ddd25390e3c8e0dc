import { readReleaseFile } from '@millrace/admin-client';
import { checkConfiguredKoji, readBuildSystems, type KojiFinding } from '@millrace/build-systems';
import { doors, type ReleaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { misused, type Context } from '../context';

/**
 * Looks at the Koji hubs that the settings name: whether they answer, what they can do, who we are there and what we
 * may, and whether the targets and tags of the releases are there. Changes nothing
 * unless it may try.
 */
export async function kojiFindings(
  context: Context,
  name: string | null,
  { files, tries }: { readonly files: readonly string[]; readonly tries: boolean },
): Promise<readonly KojiFinding[]> {
  const { settingsFile } = context.config;
  if (!settingsFile) throw misused('no settings file is named', 'set MILLRACE_CONFIG to your millrace.yaml');
  const systems = Object.entries(await readBuildSystems(settingsFile));
  const hubs = systems.filter(([called, one]) => one.kind === 'koji' && (name === null || name === called));
  if (hubs.length === 0) {
    const there = systems.map(([called]) => called).join(', ') || 'none';
    throw misused(`${settingsFile} names no Koji hub${name === null ? '' : ` '${name}'`}`, `it names: ${there}`);
  }
  const { definitions, findings } = await definitionsOf(context, files);
  const found = await Promise.all(
    hubs.map(async ([called, one]) => {
      if (one.kind !== 'koji') return [];
      const about = await checkConfiguredKoji(called, one, definitions, { tries });
      return hubs.length === 1 ? about : about.map((finding) => ({ ...finding, what: `${called}: ${finding.what}` }));
    }),
  );
  return [...found.flat(), ...findings];
}

/** Those of the given files, else those that the scheduler has. */
async function definitionsOf(
  context: Context,
  files: readonly string[],
): Promise<{ readonly definitions: readonly ReleaseDefinition[]; readonly findings: readonly KojiFinding[] }> {
  if (files.length > 0) {
    const read = files.map((file) => ({ file, result: readReleaseFile(file) }));
    const definitions = read.flatMap(({ result }) => (result.ok ? [result.definition as ReleaseDefinition] : []));
    const findings = read.flatMap(({ file, result }): KojiFinding[] =>
      result.ok
        ? []
        : [{ what: 'definition', verdict: 'wrong', says: `${file} is wrong`, remedy: `millrace release lint ${file}` }],
    );
    return { definitions, findings };
  }
  try {
    const { releases } = await context.client.call(doors.scheduler.releases, {});
    return { definitions: releases.map((one) => one.definition), findings: [] };
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.kind === 'unavailable')) throw thrown;
    const says = 'no scheduler is up, so targets and tags were not looked at';
    const remedy = 'start it (millrace up), or name release definitions: --definition FILE';
    return { definitions: [], findings: [{ what: 'releases', verdict: 'note', says, remedy }] };
  }
}
