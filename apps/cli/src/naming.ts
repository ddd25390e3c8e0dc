import { doors, type DoorReply } from '@millrace/contracts';
import { AppError, isComponentId } from '@millrace/kernel';
import { misused, type Context } from './context';

export type CascadeView = DoorReply<typeof doors.scheduler.cascades>['cascades'][number];
export type CascadeWhole = DoorReply<typeof doors.scheduler.cascade>;

/** A component as people write it: `libstone` is `rpm/libstone`. */
export function componentOf(text: string): string {
  const id = text.includes('/') ? text : `rpm/${text}`;
  if (isComponentId(id)) return id;
  throw misused(`'${text}' is no component`, 'write type/name[:stream], e.g. rpm/openssl or module/perl:5.28');
}

/** The release that is meant: the named one, or the only one that there is. */
export async function releaseOf({ client }: Context, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { releases } = await client.call(doors.scheduler.releases, {});
  if (releases.length === 1) return releases[0]!.name;
  const names = releases.map((release) => release.name).join(', ');
  throw misused(
    releases.length === 0 ? 'there is no release yet' : `there are several releases: ${names}`,
    releases.length === 0 ? 'apply one: millrace release apply FILE' : 'name one with --release',
  );
}

/** The cascade that is meant: the named one, or the one that runs, or the newest. `latest` names it too. */
export async function cascadeIdOf({ client }: Context, named: string | undefined): Promise<string> {
  if (named !== undefined && named !== 'latest') return named;
  const { cascades } = await client.call(doors.scheduler.cascades, { limit: 20 });
  const found = cascades.find((cascade) => cascade.endedAt === null) ?? cascades[0];
  if (found) return found.cascade;
  throw new AppError({
    code: 'cascade-none',
    kind: 'missing',
    message: 'there has been no cascade yet',
    remedy: 'start one, e.g. millrace cascade start --all',
  });
}
