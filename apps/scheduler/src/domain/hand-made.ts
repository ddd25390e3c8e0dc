import { later, refuse, type Refusal } from '@millrace/kernel';
import { unstall } from './advance';
import { liveOf } from './live';
import { toGate } from './builds';
import { keepBuild, sayFinished } from './finished';
import type { EndedBuild, SeenBuild } from './input';
import { staleInput } from './inputs';
import { buildAppeared } from './seen-builds';
import type { BuildRow, RebuildRow } from './state';
import { returnSlot } from './transitions';
import type { Turn } from './turn';
import { clip, handCommand } from './words';

/** Builds that somebody made by hand, as the list of the build system shows them: those that ended are looked into. */
export function handBuildsSeen(turn: Turn, release: string, system: string, builds: readonly SeenBuild[]): void {
  for (const status of builds) {
    if (status.origin !== 'hand' || isRunning(status)) continue;
    if (turn.find('builds', status.ref)) continue;
    turn.work('build.collect', status.ref, { release, system, build: status.ref });
  }
}

/** A hand-made build ended: it is adopted when its inputs prove that it belongs to the running cascade, else only seen. */
export function handEnded(turn: Turn, end: EndedBuild): void {
  const { status } = end;
  if (turn.find('builds', status.ref)) return;
  const rebuild = wantedRebuild(turn, status);
  const proof = rebuild ? provenFor(turn, rebuild, end) : noRebuild(turn, status);
  const adopts = rebuild !== undefined && proof.proven;
  const build = keepBuild(turn, handBuild(turn, status, adopts ? rebuild : undefined, proof.because), end);
  turn.appear(`build/${status.ref}`);
  sayFinished(turn, build);
  if (!rebuild) buildAppeared(turn, build, status.submittedBy ?? 'somebody');
  if (adopts) adopt(turn, rebuild, build, `${status.submittedBy ?? 'somebody'} built it by hand`);
}

/** It could not be looked into: once more in a minute. */
export function handLost(turn: Turn, system: string, build: string): void {
  const order = { release: turn.release, system, build };
  turn.work('build.collect', `${build}/${turn.at}`, order, later(turn.at, 60_000));
}

/** A person says that a build belongs to a cascade although its inputs do not prove it. */
export function adoptBuild(turn: Turn, id: string, cascade: string, why: string): Refusal | string {
  const build = turn.find('builds', id);
  if (!build) {
    return refuse('build-unknown', `no build ${id} has been seen`, 'look at `millrace build list`', 'missing');
  }
  const row = turn.find('cascades', cascade);
  const rebuild = rebuildOf(turn, cascade, build.component);
  if (!row || !rebuild) {
    const because = `cascade ${cascade} does not rebuild ${build.component}`;
    return refuse('rebuild-unknown', because, 'look at `millrace cascade show`', 'missing');
  }
  if (build.state !== 'complete' || build.standing !== 'seen' || build.bootstrap || build.release !== row.release) {
    const because = `build ${id} is ${build.state} and ${build.standing}${build.bootstrap ? ', a bootstrap build' : ''}`;
    return refuse(
      'build-not-adoptable',
      because,
      'adopt a complete build of this release that was only seen',
      'conflict',
    );
  }
  const ended = row.state === 'completed' || row.state === 'cancelled';
  if (ended || !isOpenForHand(rebuild)) {
    const because = `${build.component} is ${rebuild.state} in cascade ${cascade}, which is ${row.state}`;
    return refuse('rebuild-settled', because, 'only what is not validated yet can take another build', 'conflict');
  }
  const words = clip(`${turn.context.who} adopted it${why ? `: ${why}` : ''}`, 1000);
  const adopted = turn.put('builds', { ...build, standing: 'adopted', cascade, rebuild: rebuild.id, because: words });
  sayFinished(turn, adopted);
  adopt(turn, rebuild, adopted, words);
  return words;
}

/** The rebuild takes the build, whatever it was doing, and goes on with it as with one of its own. */
function adopt(turn: Turn, rebuild: RebuildRow, build: BuildRow, why: string): void {
  if (rebuild.state === 'building' && rebuild.build) cancelOwn(turn, rebuild);
  if (rebuild.state === 'gating') supersede(turn, rebuild, build);
  const next = { ...rebuild, attempt: rebuild.attempt + (rebuild.state === 'waiting' ? 0 : 1), resumed: true };
  const source = build.source ?? rebuild.source;
  unstall(turn, rebuild.cascade, `${rebuild.component}: ${why}`);
  // The slot belongs to the attempt that held it: it is given back under that number.
  const freed = rebuild.slot ? freeSlot(turn, rebuild, next) : next;
  const row = toGate(turn, { ...freed, source, notBefore: null }, build, `${why}; its gate is asked`);
  turn.put('builds', { ...turn.row('builds', build.id), attempt: row.attempt });
  if (row.held) turn.put('rebuilds', { ...turn.row('rebuilds', row.id), held: false });
}

/** Of two builds of one rebuild the newest counts. */
function supersede(turn: Turn, rebuild: RebuildRow, build: BuildRow): void {
  const before = rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!before || before.id === build.id) return;
  turn.put('builds', {
    ...before,
    state: 'superseded',
    because: `${build.nvr ?? build.id}, which is newer, took its place`,
  });
}

function freeSlot(turn: Turn, before: RebuildRow, next: RebuildRow): RebuildRow {
  returnSlot(turn, before, false);
  return { ...next, slot: false };
}

function cancelOwn(turn: Turn, rebuild: RebuildRow): void {
  const own = turn.find('builds', rebuild.build!);
  if (own) turn.put('builds', { ...own, state: 'superseded', because: 'a build made by hand took its place' });
  turn.work('build.cancel', rebuild.build!, {
    release: rebuild.release,
    component: rebuild.component,
    build: rebuild.build,
  });
}

interface Proof {
  readonly proven: boolean;
  readonly because: string;
}

/** Was it built against this cascade's validated builds of everything that it needs? */
function provenFor(turn: Turn, rebuild: RebuildRow, end: EndedBuild): Proof {
  const { status, contents } = end;
  const command = handCommand(turn, rebuild);
  if (status.state !== 'complete' || !contents) return no(`the build ${status.state}`);
  if (status.bootstrap) return no('it is a bootstrap build');
  if (!isOpenForHand(rebuild))
    return no(`${rebuild.component} is ${rebuild.state} in cascade ${rebuild.cascade} already`);
  const newer = newerAtGate(turn, rebuild, end);
  if (newer !== null) return no(newer);
  const open = rebuild.open.map((id) => turn.row('rebuilds', id).component);
  if (open.length > 0) return no(`${open[0]} is not validated yet in cascade ${rebuild.cascade}; later: ${command}`);
  const stale = rebuild.needs.map((id) => staleInput(turn.row('rebuilds', id), contents)).find((one) => one !== null);
  if (stale) return no(`${stale}; build it against the cascade: ${command}`);
  if (rebuild.needs.length > 0 && contents.inputs.length === 0) {
    return no(`it does not say what it was built with; build it against the cascade: ${command}`);
  }
  return { proven: true, because: `its inputs are the builds of cascade ${rebuild.cascade}` };
}

/** Builds may be seen in another order than they were made. */
function newerAtGate(turn: Turn, rebuild: RebuildRow, { status }: EndedBuild): string | null {
  const current = rebuild.state !== 'gating' || rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!current?.endedAt || !status.endedAt || current.endedAt <= status.endedAt) return null;
  return `${current.nvr ?? current.id} is newer and at its gate`;
}

function no(because: string): Proof {
  return { proven: false, because: clip(because, 1000) };
}

function noRebuild(turn: Turn, status: SeenBuild): Proof {
  const live = liveOf(turn.row('releases', turn.release!));
  if (live.length === 0) return no('no cascade of this release is running');
  if (status.cascade !== null && !live.includes(status.cascade)) return no(`cascade ${status.cascade} is not running`);
  return no(`cascade ${status.cascade ?? live.join(' or ')} does not rebuild ${status.component}`);
}

function wantedRebuild(turn: Turn, status: SeenBuild): RebuildRow | undefined {
  const live = liveOf(turn.row('releases', turn.release!));
  const meant = live.filter((id) => status.cascade === null || status.cascade === id);
  return meant.map((id) => rebuildOf(turn, id, status.component)).find((row) => row !== undefined);
}

/** A component's own rebuild in a cascade: its last pass. */
function rebuildOf(turn: Turn, cascade: string, component: string): RebuildRow | undefined {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade && row.component === component);
  return rows.filter((row) => !row.bootstrap).sort((a, b) => b.generation - a.generation || b.pass - a.pass)[0];
}

function isOpenForHand(rebuild: RebuildRow): boolean {
  return ['waiting', 'ready', 'submitting', 'building', 'gating', 'failed', 'rejected'].includes(rebuild.state);
}

function isRunning(status: SeenBuild): boolean {
  return status.state === 'submitted' || status.state === 'building';
}

function handBuild(turn: Turn, status: SeenBuild, rebuild: RebuildRow | undefined, because: string): BuildRow {
  return {
    id: status.ref,
    revision: 0,
    release: turn.release!,
    component: status.component,
    cascade: rebuild?.cascade ?? status.cascade,
    rebuild: rebuild?.id ?? null,
    attempt: rebuild?.attempt ?? 1,
    origin: 'hand',
    standing: rebuild ? 'adopted' : 'seen',
    because,
    state: 'submitted',
    nvr: null,
    bootstrap: status.bootstrap,
    source: status.source,
    startedAt: status.startedAt,
    endedAt: null,
    evidence: null,
    contents: null,
    repository: null,
    base: null,
    subject: null,
    group: null,
  };
}
