import { AppError } from '@millrace/kernel';
import { z } from 'zod';
import type { RpcValue } from './xml-rpc/value';

/**
 * Checks what the hub answered. Schemas are loose: fields that we do not know are kept.
 *
 * @throws AppError `koji-answer-unexpected` (bug): the hub speaks another version than this client.
 */
export function parseAnswer<T>(method: string, schema: z.ZodType<T>, value: RpcValue): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'koji-answer-unexpected',
    kind: 'bug',
    message: `the answer to ${method} is not as expected: ${z.prettifyError(parsed.error).slice(0, 500)}`,
    remedy: 'report it with the version of the hub; versions 1.33 to 1.35 are known',
    cause: parsed.error,
  });
}
