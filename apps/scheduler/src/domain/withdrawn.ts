import { rebuildRejected, type Evidence } from '@millrace/contracts';
import { digestOf } from '@millrace/kernel';
import { beginDoubt } from './doubt';
import { rebuildEnded } from './ramp';
import type { BuildRow, RebuildRow } from './state';
import { move } from './transitions';
import type { Turn } from './turn';
import type { WithdrawnBuild } from './watch-input';
import { clip, failureData, handCommand, retryCommand } from './words';

/**
 * Somebody took a build away: untagged it, deleted it, or blocked its package. What was built on it is marked and told,
 * nothing new starts above, and the cascade does not land; nothing is cancelled by itself.
 */
export function buildWithdrawn(turn: Turn, withdrawn: WithdrawnBuild): void {
  const build = knownBuild(turn, withdrawn);
  if (!build || build.state !== 'complete') return;
  const because = withdrawnWords(withdrawn, build);
  turn.put('builds', { ...build, state: 'withdrawn', because: clip(because, 1000) });
  const rebuild = build.rebuild === null ? undefined : turn.find('rebuilds', build.rebuild);
  const cascade = rebuild && turn.find('cascades', rebuild.cascade);
  if (!rebuild || rebuild.build !== build.id || !cascade) return;
  if (cascade.state === 'completed' || cascade.state === 'cancelled') return;
  const evidence = evidenceOfIt(because, withdrawn);
  if (rebuild.state === 'validated') return beginDoubt(turn, rebuild.id, because, evidence);
  if (rebuild.state === 'gating') refuseBuild(turn, rebuild, evidence);
}

/** Its gate has not passed yet: there is no build left that could. */
function refuseBuild(turn: Turn, rebuild: RebuildRow, evidence: Evidence): void {
  const { summary: because } = evidence;
  const row = move(turn, rebuild, 'rejected', { evidence, because, admitting: false, endedAt: turn.at });
  rebuildEnded(turn, row.cascade, false);
  const remedy = [handCommand(turn, row), retryCommand(row.cascade, row.component)];
  turn.say(rebuildRejected, row.component, { ...failureData(turn, row, evidence, remedy), reasons: [] });
}

function knownBuild(turn: Turn, { ref, component, nvr }: WithdrawnBuild): BuildRow | undefined {
  const byRef = ref === null ? undefined : turn.find('builds', ref);
  if (byRef) return byRef;
  return turn.all('builds').find((one) => one.component === component && nvr !== null && one.nvr === nvr);
}

function withdrawnWords({ how, from, by }: WithdrawnBuild, build: BuildRow): string {
  const what = `${build.nvr ?? build.id} of ${build.component}`;
  const whom = by === null ? '' : ` by ${by}`;
  switch (how) {
    case 'untagged':
      return `${what} was untagged from ${from}${whom}`;
    case 'deleted':
      return `${what} was deleted${whom}`;
    case 'blocked':
      return `${what} is gone from ${from}: its package was blocked there${whom}`;
  }
}

function evidenceOfIt(because: string, { how, from }: WithdrawnBuild): Evidence {
  const summary = clip(because, 1000);
  const signature = digestOf({ how, from });
  return { class: 'cancelled', stage: 'withdrawn', summary, tail: `${summary}\n`, logs: [], signature };
}
