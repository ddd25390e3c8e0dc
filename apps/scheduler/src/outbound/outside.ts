import { AppError } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import type { Input } from '../domain/input';
import type { CascadeRow, ChangeRow, RebuildRow, ReleaseRow, Rows } from '../domain/state';
import type { Landers } from './landing-adapters';
import type { Heads } from './git-source';
import type { Systems } from './systems';

/** What the calls to the outside work with. */
export interface Outside {
  readonly read: { readonly [K in keyof Rows]: TableReader<Rows[K]> };
  readonly asker: Asker;
  readonly systems: Systems;
  /** The repositories of sources. */
  readonly git: Heads;
  /** Ways to land beside the build systems' own. */
  readonly landers?: Landers;
  /** Gives the scheduler itself an input, beside the outcome of a call. */
  readonly take: (input: Input, meta: { readonly id: string; readonly who: string }) => Promise<unknown>;
}

export async function releaseNamed(read: Outside['read'], name: string): Promise<ReleaseRow> {
  return (await read.releases.get(name)) ?? gone('release', name, 'apply its definition: millrace release apply FILE');
}

export async function rebuildNamed(read: Outside['read'], id: string): Promise<RebuildRow> {
  return (await read.rebuilds.get(id)) ?? gone('rebuild', id, 'look at `millrace cascade show`');
}

export async function cascadeNamed(read: Outside['read'], id: string): Promise<CascadeRow> {
  return (await read.cascades.get(id)) ?? gone('cascade', id, 'look at `millrace cascade list`');
}

export async function changeNamed(read: Outside['read'], id: string): Promise<ChangeRow> {
  return (await read.changes.get(id)) ?? gone('change', id, 'look at `millrace change list`');
}

function gone(what: string, id: string, remedy: string): never {
  throw new AppError({ code: `${what}-unknown`, kind: 'missing', message: `there is no ${what} ${id}`, remedy });
}
