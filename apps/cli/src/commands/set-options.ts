import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { SetQuery } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { misused } from '../context';
import { componentOf } from '../naming';
import { collected } from './graph-options';

/** What a set is made of, as people write it. */
export interface SetOptions {
  readonly release?: string;
  readonly all?: boolean;
  readonly list?: string;
  readonly match?: readonly string[];
  readonly exclude?: readonly string[];
  readonly type?: readonly string[];
  readonly owner?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly builtBefore?: string;
  readonly neverBuilt?: boolean;
  readonly since?: string;
  readonly ordered?: boolean;
}

export function setOptions(command: Command): Command {
  return command
    .option('--release <name>', 'the release; not needed when there is only one')
    .option('--all', 'every component of the release (a mass rebuild)')
    .option('--list <file>', 'a file with a component on each line; - is the standard input')
    .option('--match <glob>', 'components that match; may be repeated', collected, [])
    .option('--exclude <glob>', 'none that matches; may be repeated', collected, [])
    .option('--type <type>', 'of this type (rpm, module, …); may be repeated', collected, [])
    .option('--owner <person>', 'owned by this one of the people of the release; may be repeated', collected, [])
    .option('--depends-on <component>', 'that depend directly on it; may be repeated', collected, [])
    .option('--built-before <time>', 'whose newest validated build is older (2026-02-01, or 14d: so long ago)')
    .option('--never-built', 'that have no validated build')
    .option('--since <time>', 'leave out what has a validated build since then: it is done')
    .option('--no-ordered', 'in no order: nothing in the set waits for anything else in it');
}

export interface AskedSet {
  readonly components: string[];
  readonly all: boolean;
  readonly query?: SetQuery;
  readonly since?: string;
  readonly ordered: boolean;
}

/** What is to be rebuilt: named components, a list, a query, or all. Throws where nothing is named, or too much. */
export function setOf(named: readonly string[], options: SetOptions, now: string): AskedSet {
  const names = [...named, ...(options.list === undefined ? [] : linesOf(options.list))];
  const query = queryOf(options, now);
  const all = options.all === true;
  if (all && names.length > 0) {
    throw misused('--all and components exclude each other', 'name components, or give --all for every component');
  }
  if (!all && !query && names.length === 0) {
    const remedy =
      'name components, give --all for every component of the release, or --match, --owner, --depends-on …';
    throw misused('nothing is named', remedy);
  }
  return {
    components: names.map(componentOf),
    all,
    ...(query ? { query } : {}),
    ...(options.since === undefined ? {} : { since: timeOf(options.since, now) }),
    ordered: options.ordered !== false,
  };
}

function queryOf(options: SetOptions, now: string): SetQuery | undefined {
  const { match = [], exclude = [], type = [], owner = [], dependsOn = [], builtBefore, neverBuilt } = options;
  const query: SetQuery = {
    ...(match.length > 0 ? { match: [...match] } : {}),
    ...(exclude.length > 0 ? { exclude: [...exclude] } : {}),
    ...(type.length > 0 ? { types: [...type] } : {}),
    ...(owner.length > 0 ? { owners: [...owner] } : {}),
    ...(dependsOn.length > 0 ? { depends_on: dependsOn.map(componentOf) } : {}),
    ...(builtBefore === undefined ? {} : { built_before: timeOf(builtBefore, now) }),
    ...(neverBuilt === true ? { never_built: true } : {}),
  };
  return Object.keys(query).length === 0 ? undefined : query;
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A day, a moment, or a length of time before now, as a moment. */
export function timeOf(text: string, now: string): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago) return new Date(Date.parse(now) - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs]).toISOString();
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = isTime ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw misused(`'${text}' is no time`, 'write 2026-02-01, 2026-02-01T12:00:00Z, or a time ago: 30m, 12h, 14d');
}

/** Components of a file, one a line; what follows a # is a remark. */
function linesOf(file: string): string[] {
  return textOf(file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const message = `the list ${file} cannot be read`;
    throw new AppError({
      code: 'list-unreadable',
      kind: 'missing',
      message,
      remedy: 'name a file that is there',
      cause,
    });
  }
}
