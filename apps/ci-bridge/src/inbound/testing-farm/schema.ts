import { z } from 'zod';

const text = z.string().nullish();

/** A request as Testing Farm's API shows it. https://api.testing-farm.io/redoc */
export const testingFarmRequest = z.object({
  id: z.string().min(1),
  state: z.string(),
  created: text,
  updated: text,
  test: z
    .object({
      fmf: z.object({ url: text, ref: text, name: text, plan: text }).nullish(),
    })
    .nullish(),
  environments_requested: z
    .array(
      z.object({
        arch: text,
        os: z.object({ compose: text }).nullish(),
        artifacts: z.array(z.object({ id: z.string(), type: z.string() })).nullish(),
        variables: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  result: z.object({ overall: text, summary: text }).nullish(),
  run: z.object({ artifacts: text }).nullish(),
});
export type TestingFarmRequest = z.infer<typeof testingFarmRequest>;

/** What its webhook says: which request changed. The request itself must be asked for. */
export const notification = z.object({ request_id: z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, 'is no id of a request') });
