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

/** Gathers an option that may be given several times. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
