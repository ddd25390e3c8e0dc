import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { emptyState, type HubState } from './state';

/** Written aside and renamed, so that a fake that is killed starts again with what it had answered. */
export function storeState(file: string, state: HubState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function readState(file: string): HubState | null {
  if (!existsSync(file)) return null;
  return { ...emptyState(), ...(JSON.parse(readFileSync(file, 'utf8')) as HubState) };
}
