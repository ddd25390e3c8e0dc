import type { Command } from 'commander';
import { readConfig } from './config';
import { createContext, type CommonOptions, type Context } from './context';

const standardOutput = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
};

/** One command: its words, and what it does with its arguments and options. */
export interface Leaf<Options> {
  /** Name and arguments as commander writes them: `start [components...]`. */
  readonly usage: string;
  readonly about: string;
  /** Its name may be left out: its noun alone means it. */
  readonly isDefault?: boolean;
  readonly options?: (command: Command) => Command;
  readonly examples: readonly string[];
  run(context: Context, args: Arguments, options: Options): Promise<void>;
}

/** Arguments by position: commander has made sure that those in `<>` are there. */
export interface Arguments {
  text(position: number): string;
  optional(position: number): string | undefined;
  list(position: number): readonly string[];
}

/** Adds a command with the options that all have. */
export function addLeaf<Options>(parent: Command, leaf: Leaf<Options>): void {
  const command = parent
    .command(leaf.usage, { isDefault: leaf.isDefault === true })
    .description(leaf.about)
    .option('--data <dir>', "the mill's folder (default: MILLRACE_DATA, else .millrace/data)")
    .option('--port-base <n>', "NATS's port; the services follow it (default: MILLRACE_PORT_BASE, else 4100)")
    .option('--json', 'one JSON value for programs')
    .addHelpText('after', `\nExamples:\n${leaf.examples.map((example) => `  $ millrace ${example}`).join('\n')}`);
  const full = leaf.options ? leaf.options(command) : command;
  full.action(async (...given: unknown[]) => {
    const options = full.opts<CommonOptions & Options>();
    await leaf.run(createContext(readConfig(), options, standardOutput), argumentsOf(given), options);
  });
}

function argumentsOf(given: readonly unknown[]): Arguments {
  return {
    text: (position) => String(given[position]),
    optional: (position) => (typeof given[position] === 'string' ? given[position] : undefined),
    list: (position) => (Array.isArray(given[position]) ? given[position].map(String) : []),
  };
}
