import { parseComponentId, type ComponentId } from '@millrace/kernel';
import { connectToHub } from '@millrace/koji';
import type { BuildRef, BuildSystem, Order, Place } from '../build-system';
import { named } from '../naming/named';
import { refNames } from '../naming/ref-names';
import { kojiBase } from './base-look';
import { contentsOf } from './contents';
import { evidenceOf } from './evidence';
import { hubFacts } from './hub-facts';
import { inventoryOf } from './inventory';
import { lacking } from './lacking';
import { loads } from './load';
import { look } from './look';
import { closePlace } from './landing';
import { kojiLanding } from './landing-adapter';
import { admit, currentOf, openPlace, promote } from './places';
import { refOfTask, taskOfRef } from './ref';
import { kojiRefs } from './ref-kind';
import { seen } from './seen';
import { sideTagsOf, tidyCancelled } from './side-tag-acts';
import type { KojiBuildSystemOptions, KojiParts } from './settings';
import { cancelTask, submit } from './submission';
import { taken } from './taken';
import { taskIndex } from './task-index';
import { taskWatch } from './task-watch';

/**
 * A Koji hub as a build system. Everything that must be known is in the hub; the folder holds only intents of writes
 * that are not settled, and which side tag is whose. One process at a time may use the folder.
 */
export function createKojiBuildSystem(options: KojiBuildSystemOptions): BuildSystem & { end(): Promise<void> } {
  const parts = kojiParts(options);
  return named(inside(parts), refNames(options.name, options.dir, kojiRefs(parts.hub)));
}

function inside(parts: KojiParts): BuildSystem & { end(): Promise<void> } {
  const { options } = parts;
  const paced = pacedSeen(parts);
  return {
    name: options.name,
    open: (release, cascade) => openPlace(parts, release, cascade),
    find: async (key) => {
      const id = await parts.index.find(key);
      return id === null ? null : refOfTask(id);
    },
    submit: (key: string, order: Order, place: Place) => submit(parts, key, order, place),
    look: async (refs: readonly BuildRef[]) => look(parts, refs),
    contents: (ref) => contentsOf(parts, ref),
    evidence: (ref) => evidenceOf(parts, ref),
    admit: (ref, place) => admit(parts, ref, place),
    promote: (ref) => promote(parts, ref),
    seen: paced.seen,
    hint: () => {
      paced.hint();
      parts.watch.hint();
    },
    durations: (components) => durationsOf(parts, components),
    taken: (nvrs) => taken(parts, nvrs),
    lacking: (target) => lacking(parts, target),
    inventory: (release, cursor, wish) => inventoryOf(parts, release, cursor, wish),
    who: async () => (options.hub.login ? (await parts.facts.me()).name : null),
    cancel: (ref) => cancelTask(parts, taskOfRef(ref), ref),
    close: async (place, outcome, only) => {
      const closed = await closePlace(parts, place, outcome, only);
      await tidyCancelled(parts, place);
      return closed;
    },
    base: kojiBase(parts),
    landing: kojiLanding(parts),
    repository: (release, cascade) => currentOf(parts, release, cascade),
    limits: () => Promise.resolve({ capacity: options.capacity }),
    load: async () => loads(parts.hub, await options.releases.all()),
    sideTags: sideTagsOf(parts),
    end: async () => {
      parts.watch.end();
      await parts.hub.close();
    },
  };
}

function kojiParts(options: KojiBuildSystemOptions): KojiParts {
  const { longestCallMs = 120_000, pollMs = 5_000, noBuilderMs = 3_600_000 } = options;
  const hub = connectToHub(options.hub);
  const facts = hubFacts(hub);
  const rest = { facts, index: taskIndex(hub, facts), watch: taskWatch(hub, facts, pollMs) };
  return { hub, options, longestCallMs, pollMs, noBuilderMs, ...rest };
}

/** The hub's averages, a hundred in a request. */
async function durationsOf(
  { hub }: KojiParts,
  components: readonly ComponentId[],
): Promise<ReadonlyMap<string, number>> {
  const rpms = components.filter((one) => one.startsWith('rpm/'));
  const answers = await hub.getAverageBuildDurations(rpms.map((one) => parseComponentId(one).name));
  const known = rpms.flatMap((component, n) => {
    const answer = answers[n]!;
    return answer.ok && answer.value !== null ? [[component, Math.round(answer.value * 1000)] as const] : [];
  });
  return new Map(known);
}

/** Below this the caller's own pace is taken: a test, or a hub on the same machine. */
const leastPaceMs = 1000;

/** Whoever asks more often than the hub is to be asked hears that nothing has changed, until a hint comes. */
function pacedSeen(parts: KojiParts) {
  const last = new Map<string, { readonly cursor: string; readonly at: number }>();
  return {
    seen: async (release: string, cursor: string | null) => {
      const before = last.get(release);
      const isEarly = parts.pollMs >= leastPaceMs && before !== undefined && Date.now() - before.at < parts.pollMs;
      if (isEarly && before.cursor === cursor) return { builds: [], cursor, withdrawn: [] };
      const at = Date.now();
      const news = await seen(parts, release, cursor);
      last.set(release, { cursor: news.cursor, at });
      return news;
    },
    hint: () => last.clear(),
  };
}
