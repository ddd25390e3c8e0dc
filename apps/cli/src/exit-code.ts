import { toAppError } from '@millrace/kernel';
import { CommanderError } from 'commander';

/** 0: done; 1: failed or refused; 2: used wrongly; 3: a service, server or file that it needs is not to be had. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unavailable: 3 } as const;

export function exitCodeOf(thrown: unknown): number {
  // --help and --version end with 0.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const { code, kind } = toAppError(thrown);
  if (code === 'usage') return exitCodes.usage;
  return kind === 'unavailable' ? exitCodes.unavailable : exitCodes.failed;
}
