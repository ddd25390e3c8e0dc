/** What a fault means for whoever asked: it decides the HTTP status, and whether a message is tried again. */
export type FaultKind = 'invalid' | 'missing' | 'conflict' | 'forbidden' | 'unavailable' | 'bug';

export interface Fault {
  /** Stable and machine-readable, in kebab-case, such as `release-unknown`. */
  readonly code: string;
  readonly kind: FaultKind;
  /** What was wrong and where, for a person. */
  readonly message: string;
  /** What that person can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** A fault: something that an operation cannot go on with. Expected refusals of a decision are {@link Refusal} values instead. */
export class AppError extends Error {
  readonly code: string;
  readonly kind: FaultKind;
  readonly remedy: string | undefined;

  constructor(fault: Fault) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.name = 'AppError';
    this.code = fault.code;
    this.kind = fault.kind;
    this.remedy = fault.remedy;
  }
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError({ code: 'unexpected', kind: 'bug', message, cause: thrown });
}
