import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { obey, type BoundDoor } from '@millrace/service';
import type { Input } from '../domain/input';

const own = doors.scheduler;

/** A side tag of a release, as far as the command must know it. */
export interface CleanableTag {
  readonly tag: string;
  readonly system: string;
  readonly cascade: string | null;
  readonly orphan: boolean;
  readonly removable: boolean;
  readonly because: string;
}

/** What commands about side tags must know; each is asked outside, and throws when it cannot be had. */
export interface SideTagLookups {
  releaseOf(cascade: string): Promise<string>;
  /** The build system of the release that has side tags. */
  system(release: string): Promise<string>;
  /** Throws why the cascade cannot build there. */
  check(system: string, tag: string, release: string, cascade: string): Promise<void>;
  list(release: string): Promise<readonly CleanableTag[]>;
}

export function sideTagCommands(look: SideTagLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.sideTagAdopt, async ({ tag, cascade, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      const system = await look.system(release);
      await look.check(system, tag, release, cascade);
      return { type: 'sidetag.adopt', release, system, tag, cascade, why };
    }),
    obey(own.sideTagClean, async ({ release, tags: named, unlanded, why }): Promise<Input> => {
      const all = await look.list(release);
      const wanted = named === undefined ? all.filter((one) => one.orphan) : named.map((tag) => tagNamed(all, tag));
      const goes = (one: CleanableTag): boolean => one.orphan && (unlanded || one.removable);
      const tags = wanted.filter(goes).map(({ system, tag, cascade }) => ({ system, tag, cascade }));
      const left = wanted.filter((one) => !goes(one)).map(({ tag, because }) => ({ tag, because }));
      return { type: 'sidetag.clean', release, tags, left, unlanded, why };
    }),
  ];
}

function tagNamed(all: readonly CleanableTag[], tag: string): CleanableTag {
  const found = all.find((one) => one.tag === tag);
  if (found) return found;
  throw new AppError({
    code: 'side-tag-unknown',
    kind: 'missing',
    message: `there is no side tag ${tag} of ours`,
    remedy: 'look at `millrace sidetag list`',
  });
}
