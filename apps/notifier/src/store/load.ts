import { assertNever } from '@millrace/kernel';
import { byId, type Readers, type Slice } from '@millrace/store';
import type { NotifierInput } from '../domain/input';
import { noticesOf } from '../domain/notice';
import type { Happening } from '../domain/state';
import type { NotifierTables } from './tables';

type Loaded = Promise<Slice<NotifierTables>>;

export async function load(read: Readers<NotifierTables>, input: NotifierInput): Loaded {
  switch (input.type) {
    case 'happened':
      return loadFor(read, input.happening);
    case 'release-known':
      return { releases: byId(await read.releases.get(input.release)), notices: new Map() };
    case 'mail-ended':
      return { releases: new Map(), notices: byId(await read.notices.get(input.notice)) };
    case 'started':
    case 'releases-told':
      return { releases: new Map(), notices: new Map() };
    default:
      return assertNever(input);
  }
}

/** The notices that this happening would make, as far as they were made already. */
async function loadFor(read: Readers<NotifierTables>, happening: Happening): Loaded {
  const release = happening.release === null ? null : await read.releases.get(happening.release);
  if (!release) return { releases: new Map(), notices: new Map() };
  const ids = noticesOf(happening, release.definition, '').map((n) => n.id);
  return { releases: byId(release), notices: byId(await read.notices.getMany(ids)) };
}

/** Everything about one release is decided in turn. */
export function keyOf(input: NotifierInput): string {
  switch (input.type) {
    case 'happened':
      return `release/${input.happening.release ?? '-'}`;
    case 'release-known':
    case 'mail-ended':
      return `release/${input.release}`;
    case 'started':
    case 'releases-told':
      return 'service';
    default:
      return assertNever(input);
  }
}
