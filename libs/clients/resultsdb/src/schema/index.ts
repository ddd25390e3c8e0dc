import { z } from 'zod';

/** A result as ResultsDB's API v2.0 shows it; more members may come. */
export const storedResult = z.looseObject({
  id: z.number().int(),
  testcase: z.looseObject({ name: z.string().min(1), ref_url: z.string().nullish() }),
  outcome: z.string().min(1),
  note: z.string().nullish(),
  ref_url: z.string().nullish(),
  /** UTC without a zone; without a fraction when that is zero. */
  submit_time: z.string(),
  groups: z.array(z.string()).default([]),
  data: z.record(z.string(), z.array(z.string())).default({}),
});
export type StoredResult = z.infer<typeof storedResult>;

export const resultPage = z.looseObject({
  data: z.array(storedResult),
  next: z.string().nullish(),
});

export interface NewResult {
  readonly outcome: string;
  readonly testcase: { readonly name: string; readonly ref_url?: string };
  readonly note?: string | null;
  readonly ref_url?: string | null;
  readonly submit_time?: string;
  readonly groups: readonly { readonly uuid: string; readonly description?: string; readonly ref_url?: string }[];
  readonly data: Readonly<Record<string, readonly string[]>>;
}
