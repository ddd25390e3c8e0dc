import type { Command } from 'commander';

/** Where a question about a graph is asked. */
export interface GraphOptions {
  readonly release?: string;
  readonly snapshot?: string;
}

export function graphOptions(command: Command): Command {
  return command
    .option('--release <name>', 'the release; not needed when there is only one')
    .option('--snapshot <id>', 'an imported snapshot, by id or name; default: the newest');
}

/** Which part of a list is shown. */
export interface PageOptions {
  readonly limit?: string;
  readonly offset?: string;
}

export function pageOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'how many are shown; default: all')
    .option('--offset <n>', 'how many are left out before them', '0');
}

/** Gathers an option that may be given several times. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
