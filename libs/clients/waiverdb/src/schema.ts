import { z } from 'zod';

export const waiver = z.looseObject({
  id: z.number().int(),
  subject_type: z.string(),
  subject_identifier: z.string(),
  testcase: z.string(),
  scenario: z.string().nullish(),
  username: z.string(),
  proxied_by: z.string().nullish(),
  product_version: z.string(),
  waived: z.boolean(),
  comment: z.string().nullish(),
  timestamp: z.string(),
});
export type Waiver = z.infer<typeof waiver>;

export const waivers = z.looseObject({ data: z.array(waiver) });

export interface WaiverFilter {
  readonly subject_type?: string;
  readonly subject_identifier?: string;
  readonly testcase?: string;
  readonly product_version?: string;
}
