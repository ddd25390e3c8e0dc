import type { FaultKind } from './app-error';

/** An expected "no" of a decision, as a value: state stays as it was. */
export interface Refusal {
  readonly refused: true;
  readonly code: string;
  readonly kind: Exclude<FaultKind, 'bug'>;
  readonly because: string;
  readonly remedy: string;
}

export function refuse(code: string, because: string, remedy: string, kind: Refusal['kind'] = 'invalid'): Refusal {
  return { refused: true, code, kind, because, remedy };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as Refusal).refused === true;
}
