import { doors, type DoorReply, type SourceRef } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import type { ActScope, OpenTest } from '../domain/acts/act-input';
import { mostActs } from '../domain/acts/reach';
import { liveOf } from '../domain/live';
import type { RebuildRow } from '../domain/state';
import { isMadeLater } from './rebuild-source';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { inParallel } from './parallel';
import { headsOf } from './plan';
import { checkComponents } from './watch';

type Verdict = DoorReply<(typeof doors)['ci-bridge']['gates']>['verdicts'][number];

/** What acts of people must know before they become inputs. */
export function actLookups(outside: Outside) {
  return {
    releaseOf: async (id: string) => (await cascadeNamed(outside.read, id)).release,
    source: (release: string, component: ComponentId, commit: string | undefined) =>
      sourceOf(outside, release, component, commit),
    failedHeads: (release: string, scope: ActScope) => failedHeads(outside, release, scope),
    openTests: (release: string, scope: ActScope) => openTestsIn(outside, release, scope),
  };
}

async function sourceOf(
  outside: Outside,
  release: string,
  component: ComponentId,
  commit: string | undefined,
): Promise<SourceRef | null> {
  const { components, unknown } = await checkComponents(outside, release, [{ component, commit }]);
  const [missing] = unknown;
  if (!missing) return components[0]?.source ?? null;
  throw new AppError({
    code: 'component-unknown',
    kind: 'missing',
    message: `release ${release} has no component ${missing.component}`,
    remedy: `${missing.hint} (see \`millrace graph show\`)`,
  });
}

/** Heads of what failed: a retry builds from there, since it may have been fixed. */
async function failedHeads(
  outside: Outside,
  name: string,
  scope: ActScope,
): Promise<Readonly<Record<ComponentId, SourceRef>>> {
  const release = await releaseNamed(outside.read, name);
  const failed = await rowsIn(outside, name, scope, ['failed', 'rejected']);
  const rows = failed.filter((row) => row.source !== null || !isMadeLater(release.definition, row.component));
  return headsOf(outside.git, release, [...new Set(rows.map((row) => row.component))]);
}

/** Tests that keep the gates of rebuilds shut, as the bridge says now. */
async function openTestsIn(outside: Outside, release: string, scope: ActScope): Promise<readonly OpenTest[]> {
  const rows = await rowsIn(outside, release, scope, ['rejected', 'gating']);
  const gated = rows.filter((row) => row.nvr !== null && row.build !== null);
  const open = await inParallel(gated, 8, async ({ cascade, component, nvr, build, state }) => {
    const { verdicts } = await outside.asker.ask(doors['ci-bridge'].gates, { subject: nvr!, limit: 1 });
    const { subject } = verdicts[0] ?? { subject: { type: 'koji_build', id: nvr!, aliases: [] } };
    const tests = openTests(verdicts[0], state === 'rejected' || scope.component !== null);
    return tests.map((test): OpenTest => ({ cascade, component, build: build!, subject, test }));
  });
  return open.flat();
}

/** States of a test that keep a gate shut. */
const shut: readonly string[] = ['failed', 'errored', 'overdue', 'waiting', 'running'];

/**
 * Tests that keep the gate shut. `all`: those too that have not reported yet; of a gate that is still undecided they are
 * meant where its component was named, and not where it only happens to be in a tier or a cascade.
 */
export function openTests(verdict: Pick<Verdict, 'reasons'> | undefined, all: boolean): readonly string[] {
  const states = all ? shut : shut.slice(0, 3);
  const tests = (verdict?.reasons ?? []).filter((one) => states.includes(one.state)).map((one) => one.test);
  return [...new Set(tests)];
}

async function rowsIn(
  { read }: Outside,
  release: string,
  { cascade, tier, component }: ActScope,
  state: readonly string[],
): Promise<readonly RebuildRow[]> {
  const ids = cascade === null ? liveOf(await releaseNamed(read, release)) : [cascade];
  const part = { ...(tier === null ? {} : { tier }), ...(component === null ? {} : { component }) };
  return read.rebuilds.where({ cascade: ids, state, ...part }, { orderBy: 'id', limit: mostActs + 1 });
}
