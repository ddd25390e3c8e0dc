import { AppError } from '@millrace/kernel';

/** There is no such thing: `what` in words, whose code ends in `-unknown`. */
export function missing(what: string, name: string, remedy: string): AppError {
  const code = `${what.replace(' ', '-')}-unknown`;
  return new AppError({ code, kind: 'missing', message: `there is no ${what} ${name}`, remedy });
}
