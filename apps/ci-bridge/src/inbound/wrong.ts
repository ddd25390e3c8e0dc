import { refuse, type Refusal } from '@millrace/kernel';
import { z } from 'zod';
import { crop } from '../domain/bounds';

/** A problem of a message at the member that it is in. */
export function wrong(path: readonly (string | number)[], message: string): z.ZodError {
  return new z.ZodError([{ code: 'custom', path: [...path], message, input: undefined }]);
}

/** What a sender is told: the members that are wrong. */
export function unmappable(error: z.ZodError, what: string, remedy: string): Refusal {
  const problems = error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  const code = `${what.toLowerCase().replace(/[^a-z]+/g, '-')}-unmappable`;
  return refuse(code, `this ${what} is no result: ${crop(problems.join('; '), 1000)}`, remedy);
}
