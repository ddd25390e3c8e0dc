import { gateOf, standingOf, type Bodhi, type Update, type UpdateDraft } from '@millrace/bodhi';
import type { BuildSystem, LandingAdapter, LandingBuild, Place } from '@millrace/build-systems';
import { landingPolicyOf, type BodhiUpdate } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { ReleaseRow } from '../domain/state';
import { systemNamed, type Systems } from './systems';

/** What our own last comment says of an update that was unpushed. */
const undone = 'Millrace-Undone: the landing was taken back';
const again = 'Millrace-Again: the cascade lands once more';

type Released = Pick<ReleaseRow, 'id' | 'definition'>;

interface Parts {
  readonly bodhi: Bodhi;
  readonly system: BuildSystem;
  readonly release: Released;
}

/**
 * Lands by an update in Bodhi: made of the cascade's side tag, with the builds of the cascade alone, and landed when it is
 * stable. Its gate is the verdict. Every call looks for the update by a line in its notes before it acts.
 */
export function bodhiLander(systems: Systems, bodhi: Bodhi) {
  return (release: Released, name: string): LandingAdapter => {
    const parts: Parts = { bodhi, system: systemNamed(systems, name), release };
    const own = parts.system.landing;
    return {
      ...{ name: 'bodhi', phases: 1, whole: true },
      look: (place, builds) => own?.look(place, builds) ?? Promise.resolve(builds.map(nothingKnown)),
      ...(own?.closure ? { closure: own.closure.bind(own) } : {}),
      execute: (place, builds) => execute(parts, place, builds),
      shipped: (place, builds) => shippedAs(parts, place, builds),
      undo: (place, builds) => undo(parts, place, builds),
    };
  };
}

async function execute({ bodhi, system, release }: Parts, place: Place, builds: readonly LandingBuild[]) {
  // Bodhi signs and ships builds by their final names.
  for (const { ref } of builds) await system.promote(ref);
  const policy = updatePolicyOf(release);
  const draft = draftOf(release, place, await finalNvrs(system, builds), policy);
  const before = await bodhi.find(draft);
  if (before && standingOf(before) === 'withdrawn' && lastMark(before) !== undone) throw withdrawn(before);
  const update = await bodhi.submit(draft);
  if (before && standingOf(before) === 'withdrawn') await bodhi.comment(update.alias, again);
  if (standingOf(update) === 'shipped') return { waits: null };
  const gate = gateOf(update);
  if (gate.decision === 'failed') throw gateFailed(update, await bodhi.testWords(update.alias));
  if (gate.decision !== 'passed') return { waits: `${where(update)}: ${gate.because}` };
  if (policy.stable === 'request' && update.meets_testing_requirements === true && update.request !== 'stable') {
    return { waits: `${where(await bodhi.request(update.alias, 'stable'))}: it waits for the push to stable` };
  }
  return { waits: `${where(update)}: ${gate.because}; it waits to become stable` };
}

async function shippedAs({ bodhi, system, release }: Parts, place: Place, builds: readonly LandingBuild[]) {
  const update = await bodhi.find(draftOf(release, place, await finalNvrs(system, builds), updatePolicyOf(release)));
  return update && standingOf(update) === 'shipped' ? `update ${update.alias}` : null;
}

/** The update is unpushed; what is stable has shipped, and stays. */
async function undo({ bodhi, system, release }: Parts, place: Place, builds: readonly LandingBuild[]): Promise<void> {
  const draft = draftOf(release, place, await finalNvrs(system, builds), updatePolicyOf(release));
  const update = await bodhi.find(draft);
  if (!update) return;
  if (standingOf(update) === 'shipped') throw shipped(update);
  if (standingOf(update) === 'withdrawn') return;
  // Said first: whoever finds it unpushed must know that we did it.
  if (lastMark(update) !== undone) await bodhi.comment(update.alias, undone);
  await bodhi.request(update.alias, 'unpush');
}

function draftOf(
  { id, definition }: Released,
  { id: tag, cascade }: Place,
  builds: readonly string[],
  { type, severity, stable }: BodhiUpdate,
): UpdateDraft {
  const { title } = definition;
  const notes = `${builds.length === 1 ? 'A rebuild' : `${builds.length} builds`} of one cascade (${cascade}) of ${title}.`;
  return {
    ...{ builds, fromTag: tag, marker: `Millrace-Landing: ${id}/${cascade}`, notes, type, severity },
    ...{ autotime: stable === 'time', autokarma: false },
  };
}

/** A draft's name changes when it becomes final. */
async function finalNvrs(system: BuildSystem, builds: readonly LandingBuild[]): Promise<readonly string[]> {
  const statuses = await system.look(builds.map((one) => one.ref));
  return statuses.map((status, n) => status.nvr ?? builds[n]!.nvr);
}

function updatePolicyOf({ definition }: Released): BodhiUpdate {
  return landingPolicyOf(definition).bodhi ?? { type: 'enhancement', severity: 'unspecified', stable: 'time' };
}

/** Our own last word about why it is unpushed; null: we never said one. */
function lastMark({ comments }: Update): string | null {
  const said = (comments ?? []).map((one) => (one.text ?? '').trim());
  return said.findLast((text) => text === undone || text === again) ?? null;
}

function where({ alias, status, url }: Update): string {
  return `update ${alias} is ${status}${url ? ` (${url})` : ''}`;
}

function nothingKnown({ ref }: LandingBuild) {
  return { ref, there: false, hindrance: null };
}

function gateFailed(update: Update, tests: readonly string[]): AppError {
  const what = tests.length === 0 ? '' : `: ${tests.slice(0, 5).join(', ')}`;
  return new AppError({
    code: 'bodhi-gate-failed',
    kind: 'conflict',
    message: `${gateOf(update).because}${what}`,
    remedy: `waive it or mend it in Bodhi (${update.url ?? update.alias}), then: millrace cascade land`,
  });
}

function withdrawn({ alias, status }: Update): AppError {
  return new AppError({
    code: 'bodhi-withdrawn',
    kind: 'conflict',
    message: `somebody took update ${alias} back: it is ${status}`,
    remedy: 'ask who did it; edit it in Bodhi, so that it is pending again, and then: millrace cascade land',
  });
}

function shipped({ alias, date_stable: at }: Update): AppError {
  return new AppError({
    code: 'landing-shipped',
    kind: 'conflict',
    message: `update ${alias} is stable${at ? ` since ${at}` : ''}: people have it`,
    remedy: 'make a newer build of what is wrong, and an update of that',
  });
}
