import { AppError } from '@millrace/kernel';
import type { BuildRef } from '../build-system';

/**
 * A submission is named by the ids of its module builds, one per stream expansion: `module-12-13`. One that goes on with
 * builds that failed before has their ids too, and a number: `module-12-13.2`.
 */
export function refOf(ids: readonly number[], time = 1): BuildRef {
  const sorted = [...ids].sort((a, b) => a - b);
  return `module-${sorted.join('-')}${time === 1 ? '' : `.${time}`}`;
}

const form = /^module-(\d{1,12}(?:-\d{1,12}){0,99})(?:\.\d{1,4})?$/;

export function isRef(text: string): boolean {
  return form.test(text);
}

export function idsOf(ref: BuildRef): readonly number[] {
  const found = form.exec(ref)?.[1];
  if (found !== undefined) return found.split('-').map(Number);
  throw new AppError({
    ...{ code: 'build-ref-malformed', kind: /^[A-Za-z0-9_.-]+$/.test(ref) ? 'missing' : 'invalid' },
    message: `'${ref.slice(0, 80)}' names no module build`,
    remedy: 'module builds are named module-N by their ids',
  });
}

export function noModule(ref: BuildRef): AppError {
  return new AppError({
    code: 'build-unknown',
    kind: 'missing',
    message: `the service knows no build ${ref}`,
    remedy: 'check that this is the service where it was built',
  });
}
