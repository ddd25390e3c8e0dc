import { z } from 'zod';

const text = z.string().nullish();

/** A test in tmt's results.yaml. https://tmt.readthedocs.io/en/stable/spec/results.html */
export const tmtResults = z
  .array(
    z.object({
      name: z.string().min(1),
      result: z.enum(['pass', 'fail', 'info', 'warn', 'error', 'skip', 'pending']),
      note: z.union([z.string(), z.array(z.string())]).nullish(),
      log: z.array(z.string()).nullish(),
      guest: z.object({ name: text, role: text }).nullish(),
      'serial-number': z.number().nullish(),
      'end-time': text,
    }),
  )
  .min(1)
  .max(1000);
