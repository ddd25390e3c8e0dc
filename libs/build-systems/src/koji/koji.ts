import { connectToHub } from '@millrace/koji';
import type { BuildRef, BuildSystem, Order, Place } from '../build-system';
import { contentsOf } from './contents';
import { evidenceOf } from './evidence';
import { look } from './look';
import { admit, closePlace, current, openPlace, promote } from './places';
import { refOfTask, taskOfRef } from './ref';
import { seen } from './seen';
import type { KojiBuildSystemOptions, KojiParts } from './settings';
import { findTask, releaseOf, submit } from './submission';

/**
 * A Koji hub as a build system. Everything that must be known is in the hub; the folder holds only intents of writes
 * that are not settled, and which side tag is whose. One process at a time may use the folder.
 */
export function createKojiBuildSystem(options: KojiBuildSystemOptions): BuildSystem & { end(): Promise<void> } {
  const { longestCallMs = 120_000, pollMs = 2_000 } = options;
  const parts: KojiParts = { hub: connectToHub(options.hub), options, longestCallMs, pollMs };
  return {
    name: 'koji',
    open: (release, cascade) => openPlace(parts, release, cascade),
    find: async (key) => {
      const id = await findTask(parts.hub, key);
      return id === null ? null : refOfTask(id);
    },
    submit: (key: string, order: Order, place: Place) => submit(parts, key, order, place),
    look: (refs: readonly BuildRef[]) => look(parts, refs),
    contents: (ref) => contentsOf(parts, ref),
    evidence: (ref) => evidenceOf(parts, ref),
    admit: (ref, place) => admit(parts, ref, place),
    promote: (ref) => promote(parts, ref),
    seen: (release, cursor) => seen(parts, release, cursor),
    cancel: (ref) => cancel(parts, ref),
    close: (place, outcome) => closePlace(parts, place, outcome),
    repository: async (release, cascade) => {
      if (cascade === null) return current(parts, releaseOf(parts, release).baseTag);
      return current(parts, (await openPlace(parts, release, cascade)).id);
    },
    limits: () => Promise.resolve({ capacity: options.capacity }),
    end: () => parts.hub.close(),
  };
}

async function cancel(parts: KojiParts, ref: BuildRef): Promise<void> {
  const [status] = await look(parts, [ref]);
  if (status?.state !== 'submitted' && status?.state !== 'building') return;
  await parts.hub.write.cancelTask(taskOfRef(ref));
}
