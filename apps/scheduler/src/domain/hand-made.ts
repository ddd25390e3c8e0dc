import { later, refuse, type Refusal } from '@millrace/kernel';
import { advance, unstall } from './advance';
import { liveOf } from './live';
import { toGate } from './builds';
import { keepBuild, notEnded, sayFinished } from './finished';
import type { EndedBuild, SeenBuild } from './input';
import { takeNewer } from './hand-newer';
import { isOpenForHand, noRebuild, provenFor, type HandBuild, type Proof } from './proof';
import { buildAppeared } from './seen-builds';
import type { BuildRow, RebuildRow } from './state';
import { returnSlot } from './transitions';
import type { Turn } from './turn';
import { clip } from './words';

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
  const judged = { ...status, contents: end.contents };
  const proof = rebuild ? judge(turn, rebuild, judged, status.ref) : noRebuild(turn, status);
  const adopts = rebuild !== undefined && proof.proven;
  const build = keepBuild(turn, handBuild(turn, status, adopts ? rebuild : undefined, proof.because), end);
  turn.appear(`build/${status.ref}`);
  sayFinished(turn, build);
  if (!rebuild) buildAppeared(turn, build, status.submittedBy ?? 'somebody');
  if (adopts) adopt(turn, rebuild, build, `${status.submittedBy ?? 'somebody'} built it by hand`);
  if (rebuild && proof.early) turn.put('rebuilds', { ...rebuild, early: [...(rebuild.early ?? []), build.id] });
}

function judge(turn: Turn, rebuild: RebuildRow, build: HandBuild, name: string): Proof {
  if (rebuild.state !== 'validated') return provenFor(turn, rebuild, build);
  return { proven: false, early: false, because: takeNewer(turn, rebuild, build, name) };
}

/**
 * What a rebuild needs is validated now: builds of it that were made by hand before that are judged once more, the newest
 * first, before one is submitted. The slice holds the build with its contents, and the rebuild with its needs.
 */
export function handAgain(turn: Turn, id: string): void {
  const build = turn.row('builds', id);
  const rebuild = wantedRebuild(turn, build);
  if (!rebuild?.early?.includes(id)) return;
  const left = rebuild.early.filter((one) => one !== id);
  const row = turn.put('rebuilds', { ...rebuild, early: left });
  const contents = build.contents === null ? undefined : turn.find('contents', build.contents)?.contents;
  const proof = provenFor(turn, row, { ...build, contents: contents ?? null });
  if (build.standing !== 'seen' || !proof.proven) return advance(turn, row.id);
  const before = rebuild.generation > 1 ? '' : '; it was made before they were validated';
  const because = `${proof.because}${before}`;
  const { cascade } = row;
  const adopted = turn.put('builds', { ...build, standing: 'adopted', cascade, rebuild: row.id, because });
  sayFinished(turn, adopted);
  const why =
    rebuild.generation > 1 ? 'it was built by hand' : 'it was built by hand before what it needs was validated';
  adopt(turn, { ...row, early: [] }, adopted, why);
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

function wantedRebuild(turn: Turn, status: Pick<SeenBuild, 'cascade' | 'component'>): RebuildRow | undefined {
  const live = liveOf(turn.row('releases', turn.release!));
  const meant = live.filter((id) => status.cascade === null || status.cascade === id);
  return meant.map((id) => rebuildOf(turn, id, status.component)).find((row) => row !== undefined);
}

/** A component's own rebuild in a cascade: its last pass. */
function rebuildOf(turn: Turn, cascade: string, component: string): RebuildRow | undefined {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade && row.component === component);
  return rows.filter((row) => !row.bootstrap).sort((a, b) => b.generation - a.generation || b.pass - a.pass)[0];
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
    bootstrap: status.bootstrap,
    source: status.source,
    startedAt: status.startedAt,
    ...notEnded,
  };
}
