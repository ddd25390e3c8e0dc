import { AppError } from '@millrace/kernel';
import { history, type BuildId } from '@millrace/koji';
import type { Place } from '../build-system';
import type { LandingAdapter, LandingBuild } from '../landing-adapter';
import { once } from './intents';
import { landables, lookForLanding, type Landable } from './landing-look';
import { releaseOf } from './releases';
import type { KojiParts } from './settings';
import { promoteMany, tagMany } from './tag-many';
import { isIn } from './tagging';

/**
 * First all builds are put into the release's tag, then all drafts become final: up to there everything can be taken out
 * again. The hub is asked before each write, so that a call which was cut off is not made twice.
 */
export function kojiLanding(parts: KojiParts): LandingAdapter {
  return {
    name: 'koji-tag',
    phases: 2,
    whole: false,
    look: (place, builds) => lookForLanding(parts, place, builds),
    execute: async (place, builds, phase) => {
      if (phase === 0) await putAll(parts, place, builds);
      else await promoteAll(parts, place, builds);
      return { waits: null };
    },
    undo: (place, builds) => takeOutAll(parts, place, builds),
  };
}

/** The base may have changed since it was checked: it is looked at once more, right before. */
async function putAll(parts: KojiParts, place: Place, builds: readonly LandingBuild[]): Promise<void> {
  const looks = await lookForLanding(parts, place, builds);
  const hindered = looks.find((look) => look.hindrance !== null)?.hindrance;
  if (hindered) throw overtaken(hindered.because, hindered.remedy);
  const all = await landables(parts, place, builds);
  const missing = all.filter(({ tag, tags }) => tag !== '' && !tags.includes(tag));
  await tagMany(
    parts,
    missing.flatMap(({ of, build, tag }) => (build ? [{ id: build.build_id, tag, nvr: of.nvr }] : [])),
  );
  await refuseTakenAway(parts, place, builds);
}

/** Somebody may have taken a build out of the cascade's tag while it was put into the release's. */
async function refuseTakenAway(parts: KojiParts, place: Place, builds: readonly LandingBuild[]): Promise<void> {
  const { isolation } = await releaseOf(parts, place.release);
  if (isolation !== 'side-tag' || !(await parts.hub.getTag(place.id))) return;
  const rpms = builds.filter((one) => one.component.startsWith('rpm/'));
  const away = (await landables(parts, place, rpms)).find(({ tags }) => !tags.includes(place.id));
  if (!away) return;
  const because = `${away.of.nvr} was untagged from ${place.id} while it landed`;
  throw overtaken(because, 'build it again, or land without it (--partial)');
}

async function promoteAll(parts: KojiParts, place: Place, builds: readonly LandingBuild[]): Promise<void> {
  const all = await landables(parts, place, builds);
  await promoteMany(
    parts,
    all.flatMap(({ build }) => (build?.draft ? [build.build_id] : [])),
  );
}

/** One after another, in the given order. What somebody else has put into the tag stays there. */
async function takeOutAll(parts: KojiParts, place: Place, builds: readonly LandingBuild[]): Promise<void> {
  const all = (await landables(parts, place, builds)).filter(({ build, tag }) => build !== null && tag !== '');
  await refuseWhileTagging(parts, all);
  const { name: me } = await parts.facts.me();
  for (const { build, tag } of all) {
    const put = await putBy(parts, build!.build_id, tag);
    if (put !== null && put.by === me) await takeOut(parts, build!.build_id, tag, put.event);
  }
}

function takeOut(parts: KojiParts, id: BuildId, tag: string, event: number): Promise<unknown> {
  return once(parts, {
    name: `take ${id} out of ${tag} after ${event}`,
    lookUp: async () => ((await isIn(parts, id, tag)) ? null : true),
    send: async (write, before) => {
      const outcome = await write.untagBuild(tag, id, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
}

/** Who put a build into a tag that has it now; null: the tag does not have it. */
async function putBy({ hub }: KojiParts, build: BuildId, tag: string) {
  const keywords = { tables: ['tag_listing'], tag, build };
  const [answer] = await hub.askMany([{ method: 'queryHistory', keywords }], history);
  if (!answer?.ok) throw answer?.fault ?? new Error('no answer');
  const row = answer.value.tag_listing.find((one) => one.build_id === build && !one.revoke_event);
  return row ? { by: row.creator_name ?? null, event: row.create_event } : null;
}

/** A task of ours that still waits in the hub would put a build in after it was taken out. */
async function refuseWhileTagging(parts: KojiParts, all: readonly Landable[]): Promise<void> {
  const { id: owner } = await parts.facts.me();
  const running = await parts.hub.listTasks({ owner, method: 'tagBuild', states: ['FREE', 'OPEN', 'ASSIGNED'] });
  const ids = new Set<unknown>(all.map(({ build }) => build!.build_id));
  if (!running.some((task) => ids.has(task.request?.[1]))) return;
  throw new AppError({
    code: 'koji-tagging-slow',
    kind: 'unavailable',
    message: 'tagging tasks of this landing still wait in the hub',
    remedy: 'nothing to do: it is looked at again',
  });
}

function overtaken(message: string, remedy: string): AppError {
  return new AppError({ code: 'landing-overtaken', kind: 'conflict', message, remedy });
}
