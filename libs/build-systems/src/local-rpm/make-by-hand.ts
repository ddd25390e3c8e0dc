import type { SourceRef } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { BuildRef, Order, Place } from '../build-system';
import { prepareShelves, settingsOf, type LocalRpmOptions } from './local-rpm';
import { currentOf, openPlace } from './places';
import { placeId } from './layout';
import { submitBuild } from './submission';

export interface HandMade extends Pick<LocalRpmOptions, 'dir' | 'limits' | 'toolchain' | 'platformModuleId'> {
  readonly release: string;
  readonly component: ComponentId;
  readonly source: SourceRef;
  /** Who makes it. */
  readonly as: string | null;
  /** Build against this cascade's side repository, as it is now; else against the release's base. */
  readonly cascade?: string | null;
  readonly macros?: Readonly<Record<string, string>>;
}

/**
 * A maintainer's build: the same builder, without the scheduler and without a cascade's key. It is `seen` like any other,
 * and its recorded inputs prove what it was built against.
 *
 * @throws AppError `place-unknown` when the cascade has no side repository
 */
export async function makeByHand(wanted: HandMade): Promise<BuildRef> {
  const dir = resolve(wanted.dir);
  const settings = settingsOf(wanted);
  const { release, component, source, macros = {} } = wanted;
  const cascade = wanted.cascade ?? null;
  const place = await placeOf(dir, wanted, cascade);
  const order: Order = {
    ...{ release, component, source, macros },
    // Not an order of the cascade, though made in its place.
    ...{ cascade: null, generation: 0, pass: 0, bootstrap: false, needs: [], siblings: [] },
  };
  return submitBuild(dir, {
    ...{ key: `hand-${randomUUID()}`, origin: 'hand', submittedBy: wanted.as, order, place, settings },
  });
}

async function placeOf(dir: string, wanted: HandMade, cascade: string | null): Promise<Place> {
  const { release } = wanted;
  const shelves = await prepareShelves(dir, settingsOf(wanted));
  if (cascade === null) return openPlace(shelves, release, null);
  await currentOf(dir, release, cascade);
  return { id: placeId(release, cascade), release, cascade };
}
