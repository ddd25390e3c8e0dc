import type { Contents } from '@millrace/contracts';
import type { Moment } from '@millrace/kernel';
import type { SeenBuild } from './input';
import { staleInput } from './inputs';
import { liveOf } from './live';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import { clip, handCommand } from './words';

export interface Proof {
  readonly proven: boolean;
  /** Only time is missing: what it needs is not validated yet, and may come to be what it was built with. */
  readonly early: boolean;
  readonly because: string;
}

/** What a build made by hand is judged by. */
export interface HandBuild {
  readonly state: string;
  readonly bootstrap: boolean;
  readonly endedAt: Moment | null;
  readonly contents: Contents | null;
}

/** Was it built against this cascade's validated builds of everything that it needs? */
export function provenFor(turn: Turn, rebuild: RebuildRow, build: HandBuild): Proof {
  const { contents } = build;
  const command = handCommand(turn, rebuild);
  if (build.state !== 'complete' || !contents) return no(`the build ${build.state}`);
  if (build.bootstrap) return no('it is a bootstrap build');
  if (!isOpenForHand(rebuild))
    return no(`${rebuild.component} is ${rebuild.state} in cascade ${rebuild.cascade} already`);
  const newer = newerAtGate(turn, rebuild, build);
  if (newer !== null) return no(newer);
  const open = rebuild.open.map((id) => turn.row('rebuilds', id).component);
  if (open.length > 0) {
    return no(`${open[0]} is not validated yet in cascade ${rebuild.cascade}; later: ${command}`, true);
  }
  const unproven = unprovenInput(turn, rebuild, contents);
  if (unproven !== null) return no(`${unproven}; build it against the cascade: ${command}`);
  return { proven: true, early: false, because: `its inputs are the builds of cascade ${rebuild.cascade}` };
}

/** What of its inputs does not prove that it was built against the cascade's builds; null: all of them do. */
export function unprovenInput(turn: Turn, rebuild: RebuildRow, contents: Contents): string | null {
  const stale = rebuild.needs.map((id) => staleInput(turn.row('rebuilds', id), contents)).find((one) => one !== null);
  if (stale) return stale;
  return rebuild.needs.length > 0 && contents.inputs.length === 0 ? 'it does not say what it was built with' : null;
}

/** Builds may be seen in another order than they were made. */
function newerAtGate(turn: Turn, rebuild: RebuildRow, { endedAt }: HandBuild): string | null {
  const current = rebuild.state !== 'gating' || rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!current?.endedAt || !endedAt || current.endedAt <= endedAt) return null;
  return `${current.nvr ?? current.id} is newer and at its gate`;
}

function no(because: string, early = false): Proof {
  return { proven: false, early, because: clip(because, 1000) };
}

export function noRebuild(turn: Turn, status: SeenBuild): Proof {
  const live = liveOf(turn.row('releases', turn.release!));
  if (live.length === 0) return no('no cascade of this release is running');
  if (status.cascade !== null && !live.includes(status.cascade)) return no(`cascade ${status.cascade} is not running`);
  return no(`cascade ${status.cascade ?? live.join(' or ')} does not rebuild ${status.component}`);
}

export function isOpenForHand(rebuild: RebuildRow): boolean {
  return ['waiting', 'ready', 'submitting', 'building', 'gating', 'failed', 'rejected'].includes(rebuild.state);
}
