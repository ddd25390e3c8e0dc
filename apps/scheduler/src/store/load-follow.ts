import type { ReleaseDefinition } from '@millrace/contracts';
import { byId, type Readers } from '@millrace/store';
import type { State } from '../domain/state';
import type { SchedulerTables } from './tables';

/** All releases, where one follows another: they may follow one another in a ring. */
export async function ofRing(
  read: Readers<SchedulerTables>,
  { follow }: ReleaseDefinition,
): Promise<Partial<Pick<State, 'releases'>>> {
  return follow?.length ? { releases: byId(await read.releases.where({})) } : {};
}
