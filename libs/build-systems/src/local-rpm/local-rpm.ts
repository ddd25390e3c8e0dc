import { AppError, parseComponentId, type ComponentId } from '@millrace/kernel';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BaseLook } from '../base-look';
import type { BuildRef, BuildSystem, Order, Place } from '../build-system';
import type { InventoryWish } from '../inventory';
import { localBase } from './base-look';
import {
  isFinal,
  readContents,
  readEvidence,
  readOrder,
  readState,
  type BuilderSettings,
  type BuildLimits,
} from './build-folder';
import { nextNumber } from './counter';
import { prepareHost } from './host';
import { inventoryOf } from './inventory';
import { isBuild } from './layout';
import { localLanding } from './landing';
import { cancelBuild, lookAtBuild } from './look';
import { admitBuild, closePlace, currentOf, openPlace, type Outcome, type Shelves } from './places';
import { seenAfter, type Watchlist } from './seen';
import { refOf, submitBuild } from './submission';
import { unmetOf } from './unmet';

export interface LocalRpmOptions {
  /** The builder's folder. It is the build system: whoever has it has all builds and repositories. */
  readonly dir: string;
  /** Builds at one time that the machine bears; the caller keeps to it. */
  readonly capacity: number;
  readonly limits?: Partial<BuildLimits>;
  /** PATH of rpmbuild, dnf, createrepo_c, bwrap and what they use. */
  readonly toolchain?: { readonly path: string };
  /** What modules may require as `platform`, as dnf's `module_platform_id` writes it. */
  readonly platformModuleId?: string;
}

export const defaultLimits: BuildLimits = {
  seconds: 1800,
  memoryBytes: 4 * 1024 ** 3,
  processes: 512,
  diskBytes: 8 * 1024 ** 3,
};

export function settingsOf(
  options: Pick<LocalRpmOptions, 'limits' | 'toolchain' | 'platformModuleId'>,
): BuilderSettings {
  return {
    limits: { ...defaultLimits, ...options.limits },
    path: options.toolchain?.path ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    platformModuleId: options.platformModuleId ?? 'platform:millrace',
  };
}

/** Builds RPMs, modules and images on this machine: real rpmbuild, dnf and createrepo_c in sandboxes. See the README of this library. */
export function createLocalRpm(options: LocalRpmOptions): BuildSystem {
  return new LocalRpm(resolve(options.dir), options.capacity, settingsOf(options));
}

/** The builder's folder with what sandboxes need, made when it is not there. */
export async function prepareShelves(dir: string, settings: BuilderSettings): Promise<Shelves> {
  await mkdir(join(dir, 'builds'), { recursive: true });
  return { host: await prepareHost(dir, settings.path), path: settings.path };
}

class LocalRpm implements BuildSystem {
  readonly name = 'local-rpm';
  readonly landing = localLanding(() => this.shelves());
  readonly base: BaseLook;
  private readonly watchlists = new Map<string, Watchlist>();

  constructor(
    private readonly dir: string,
    private readonly capacity: number,
    private readonly settings: BuilderSettings,
  ) {
    this.base = localBase(dir);
  }

  async open(release: string, cascade: string | null): Promise<Place> {
    return openPlace(await this.shelves(), release, cascade);
  }

  async find(key: string): Promise<BuildRef | null> {
    const ref = refOf(key);
    return (await isBuild(this.dir, ref)) ? ref : null;
  }

  async submit(key: string, order: Order, place: Place): Promise<BuildRef> {
    await this.shelves();
    const { dir, settings } = this;
    return submitBuild(dir, { key, origin: 'cascade', submittedBy: null, order, place, settings });
  }

  look(refs: readonly BuildRef[]) {
    return Promise.all(refs.map((ref) => lookAtBuild(this.dir, ref)));
  }

  async contents(ref: BuildRef) {
    const { state } = await lookAtBuild(this.dir, ref);
    const contents = state === 'complete' ? await readContents(this.dir, ref) : null;
    return contents ?? stillWithout(ref, 'contents', state, 'wait until it is complete');
  }

  unmet(ref: BuildRef) {
    return unmetOf(this.dir, ref);
  }

  async evidence(ref: BuildRef) {
    const { state } = await lookAtBuild(this.dir, ref);
    const evidence = state === 'failed' || state === 'cancelled' ? await readEvidence(this.dir, ref) : null;
    return evidence ?? stillWithout(ref, 'evidence', state, 'only builds that failed or were cancelled have some');
  }

  async admit(ref: BuildRef, place: Place) {
    return admitBuild(await this.shelves(), ref, place);
  }

  /** There are no drafts here: a build is final from its beginning. */
  async promote(ref: BuildRef): Promise<void> {
    await readOrder(this.dir, ref);
  }

  async seen(release: string, cursor: string | null) {
    const {
      builds,
      cursor: next,
      known,
    } = await seenAfter(this.dir, release, cursor, this.watchlists.get(release) ?? null);
    this.watchlists.set(release, known);
    return { builds, cursor: next };
  }

  cancel(ref: BuildRef): Promise<void> {
    return cancelBuild(this.dir, ref);
  }

  async close(place: Place, outcome: Outcome, only?: readonly BuildRef[]) {
    if (outcome === 'cancelled' && place.cascade !== null) await this.cancelAll(place);
    return closePlace(await this.shelves(), place, outcome, only);
  }

  repository(release: string, cascade: string | null) {
    return currentOf(this.dir, release, cascade);
  }

  /** Each build has an NVR of its own: `.mrN` where the spec has `%dist`, else at the end of its release. */
  async dists(release: string, components: readonly ComponentId[]) {
    const rpms = components.map((id) => ({ id, ...parseComponentId(id) })).filter(({ type }) => type === 'rpm');
    const known = rpms.map(async ({ id, name }) => {
      return [id, `.mr${await nextNumber(this.dir, release, name)}`] as const;
    });
    return new Map(await Promise.all(known));
  }

  inventory(release: string, cursor: string | null, wish: InventoryWish) {
    return inventoryOf(this.dir, release, cursor, wish);
  }

  limits() {
    return Promise.resolve({ capacity: this.capacity });
  }

  private async cancelAll({ release, cascade }: Place): Promise<void> {
    const refs = (await readdir(join(this.dir, 'builds'))).filter((name) => !name.startsWith('.'));
    for (const ref of refs) {
      const { order, origin } = await readOrder(this.dir, ref);
      const ours = origin === 'cascade' && order.release === release && order.cascade === cascade;
      if (ours && !isFinal(await readState(this.dir, ref))) await cancelBuild(this.dir, ref);
    }
  }

  private shelves(): Promise<Shelves> {
    return prepareShelves(this.dir, this.settings);
  }
}

function stillWithout(ref: BuildRef, what: string, state: string, remedy: string): never {
  throw new AppError({
    code: `build-without-${what}`,
    kind: 'conflict',
    message: `build ${ref} is ${state} and has no ${what}`,
    remedy,
  });
}
