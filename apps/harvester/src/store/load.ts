import { assertNever } from '@millrace/kernel';
import { byId, type Readers, type Slice } from '@millrace/store';
import { counterId } from '../domain/compose-id';
import type { HarvesterInput } from '../domain/input';
import type { Compose } from '../domain/state';
import type { HarvesterTables } from './tables';

type Read = Readers<HarvesterTables>;
type Loaded = Promise<Slice<HarvesterTables>>;

export async function load(read: Read, input: HarvesterInput): Loaded {
  switch (input.type) {
    case 'started':
    case 'releases-told':
      return { releases: new Map(), counters: new Map(), composes: new Map() };
    case 'release-known':
      return { ...(await withRelease(read, input.release)), counters: new Map() };
    case 'wanted':
      return withRelease(read, input.release);
    case 'cascade-completed': {
      const made = await read.composes.where({ cascade: input.cascade });
      return withRelease(read, input.release, [...made, ...(await waitingOf(read, input.release))]);
    }
    case 'validated':
      return { releases: new Map(), counters: new Map(), composes: byId(await waitingOf(read, input.release)) };
    case 'look':
    case 'looked':
    case 'made': {
      const compose = await read.composes.get(input.compose);
      return { ...(await withRelease(read, input.release, compose ? [compose] : [])), counters: new Map() };
    }
    default:
      return assertNever(input);
  }
}

/** Everything about one release is decided in turn: its composes share a counter and wait for the same builds. */
export function keyOf(input: HarvesterInput): string {
  return 'release' in input ? `release/${input.release}` : 'service';
}

async function withRelease(read: Read, name: string, composes: readonly Compose[] = []): Loaded {
  const release = await read.releases.get(name);
  const settings = release?.definition.compose;
  const counter = settings ? await read.counters.get(counterId(settings)) : null;
  return { releases: byId(release), counters: byId(counter), composes: byId(composes) };
}

function waitingOf(read: Read, release: string): Promise<Compose[]> {
  return read.composes.where({ release, state: 'waiting' });
}
