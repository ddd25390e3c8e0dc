import { AppError } from '@millrace/kernel';
import { z } from 'zod';

/** An absolute path, or an address of a file or of the web. */
export const address = z
  .string()
  .max(4096)
  .regex(/^(\/|file:\/\/|https?:\/\/)/, 'it must be an absolute path, or begin with file://, http:// or https://');

/** At least one address. */
export function some(what: string): z.ZodType<readonly string[]> {
  return z.array(address).min(1, `the import needs ${what}`).max(100);
}

/** @throws AppError `import-input` */
export function orderAs<Input>(input: z.ZodType<Input>, order: unknown): Input {
  const parsed = input.safeParse(order);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue!.path.length > 0 ? `${issue!.path.join('.')}: ` : '';
  throw new AppError({
    code: 'import-input',
    kind: 'invalid',
    message: `the import cannot be made of this: ${where}${issue!.message}`,
    remedy: 'see millrace graph import --help',
  });
}
