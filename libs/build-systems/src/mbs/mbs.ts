import { connectToMbs } from '@millrace/mbs';
import type { BuildRef, BuildSystem } from '../build-system';
import { named } from '../naming/named';
import { refNames } from '../naming/ref-names';
import { mbsBase } from './base-look';
import { allSubmissions, readSubmission } from './book';
import { inventoryOf } from './inventory';
import { buildsOf, contentsOf, evidenceOf, look } from './look';
import { admit, close, current, placeOf } from './places';
import { mbsRefs } from './ref-kind';
import { seen } from './seen';
import type { MbsBuildSystemOptions, MbsParts } from './settings';
import { submit } from './submission';

/**
 * The Module Build Service as a build system, for modules alone: one build is all stream expansions of one submission.
 * The service keeps no key of ours, so which submission is whose stands in the folder. One process at a time may use it.
 */
export function createMbsBuildSystem(options: MbsBuildSystemOptions): BuildSystem & { end(): Promise<void> } {
  const parts: MbsParts = { mbs: connectToMbs(options.mbs), options };
  return named(inside(parts), refNames(options.name, options.dir, mbsRefs(parts.mbs)));
}

function inside(parts: MbsParts): BuildSystem & { end(): Promise<void> } {
  const { options } = parts;
  const paced = pacedSeen(parts, options.pollMs ?? 5000);
  return {
    name: options.name,
    open: (release, cascade) => Promise.resolve(placeOf(release, cascade)),
    find: async (key) => (await readSubmission(parts, key))?.ref ?? null,
    submit: (key, order) => submit(parts, key, order),
    look: (refs) => look(parts, refs),
    contents: (ref) => contentsOf(parts, ref),
    evidence: (ref) => evidenceOf(parts, ref),
    admit: (ref, place) => admit(parts, ref, place),
    promote: () => Promise.resolve(),
    seen: paced.seen,
    who: () => Promise.resolve(options.user ?? null),
    hint: paced.hint,
    base: mbsBase(parts),
    cancel: (ref) => cancel(parts, ref),
    close: async (place, outcome, only) => {
      if (outcome === 'cancelled' && place.cascade !== null) await cancelAll(parts, place.release, place.cascade);
      return close(parts, place, outcome, only);
    },
    repository: (release, cascade) => current(parts, placeOf(release, cascade)),
    inventory: (release, cursor, wish) => inventoryOf(parts, release, cursor, wish),
    limits: () => Promise.resolve({ capacity: options.capacity }),
    end: () => parts.mbs.close(),
  };
}

/** Expansions that have ended stay as they are; cancelling twice is refused by the service and changes nothing. */
async function cancel(parts: MbsParts, ref: BuildRef): Promise<void> {
  for (const build of await buildsOf(parts, ref)) {
    if (build.state === 'init' || build.state === 'wait' || build.state === 'build') await parts.mbs.cancel(build.id);
  }
}

async function cancelAll(parts: MbsParts, release: string, cascade: string): Promise<void> {
  const ours = (await allSubmissions(parts)).filter((one) => one.release === release && one.cascade === cascade);
  for (const { ref } of ours) if (ref) await cancel(parts, ref);
}

const leastPaceMs = 1000;

function pacedSeen(parts: MbsParts, pollMs: number) {
  const last = new Map<string, { readonly cursor: string; readonly at: number }>();
  return {
    seen: async (release: string, cursor: string | null) => {
      const before = last.get(release);
      const isEarly = pollMs >= leastPaceMs && before !== undefined && Date.now() - before.at < pollMs;
      if (isEarly && before.cursor === cursor) return { builds: [], cursor };
      const at = Date.now();
      const news = await seen(parts, release, cursor);
      last.set(release, { cursor: news.cursor, at });
      return news;
    },
    hint: () => last.clear(),
  };
}
