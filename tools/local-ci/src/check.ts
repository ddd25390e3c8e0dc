import type { FinishedBuild } from './finished-build';
import { runCommand, type CommandResult } from './run-command';
import { commandIn, type Inside, type Root } from './sandbox';

export const checkNames = ['install', 'run', 'module-install', 'image-start'] as const;
export type CheckName = (typeof checkNames)[number];

/** How one check ended, in the words of a CI message. `info`: there was nothing to check. */
export interface Outcome {
  readonly check: CheckName;
  readonly result: 'passed' | 'failed' | 'info';
  /** One line for a person. */
  readonly note: string;
  /** The end of what it printed. */
  readonly output: string;
  readonly seconds: number;
}

/** What a check works with. */
export interface Bench {
  readonly build: FinishedBuild;
  /** Empty when the check begins; dropped after the last one. */
  readonly root: Root;
  readonly path: string;
  readonly logOf: (check: CheckName) => string;
}

const mostSeconds = { install: 300, run: 60 } as const;

/** Runs a command in the bench's root and logs it as the check's. */
export function runInRoot(bench: Bench, check: CheckName, inside: Inside): Promise<CommandResult> {
  return runCommand({
    argv: commandIn(bench.root, inside),
    path: bench.path,
    seconds: mostSeconds[inside.mode],
    log: bench.logOf(check),
  });
}

export function outcomeOf(check: CheckName, ran: CommandResult, words: { passed: string; failed: string }): Outcome {
  const { code, timedOut, output, seconds } = ran;
  if (code === 0) return { check, result: 'passed', note: words.passed, output, seconds };
  const why = timedOut ? 'it did not end in time' : code === null ? 'it was killed' : `exit code ${code}`;
  const last = output.trimEnd().split('\n').at(-1)?.trim().slice(0, 300);
  return { check, result: 'failed', note: `${words.failed}: ${last ? `${last} (${why})` : why}`, output, seconds };
}
