import type { App } from '@millrace/contracts';
import { AppError, type FaultKind } from '@millrace/kernel';

const kinds: readonly FaultKind[] = ['invalid', 'missing', 'conflict', 'forbidden', 'unavailable', 'bug'];

/** Turns a problem document (RFC 9457), or whatever came instead of one, into the error that the service meant. */
export function errorOf(app: App, status: number, text: string): AppError {
  const problem = documentOf(text);
  const remedy = textIn(problem, 'remedy');
  return new AppError({
    code: textIn(problem, 'code') ?? `http-${status}`,
    kind: kindOf(problem, status),
    message: textIn(problem, 'detail') ?? `${app} answered with status ${status}: ${text.slice(0, 200)}`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function documentOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textIn(problem: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = problem[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function kindOf(problem: Readonly<Record<string, unknown>>, status: number): FaultKind {
  const named = kinds.find((kind) => kind === problem['kind']);
  if (named) return named;
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  if (status === 409) return 'conflict';
  if (status === 503 || status === 502 || status === 504) return 'unavailable';
  return status >= 500 ? 'bug' : 'invalid';
}
