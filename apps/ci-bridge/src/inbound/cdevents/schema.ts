import { z } from 'zod';

const text = z.string().nullish();
const reference = z.object({ id: text, name: text, uri: text, type: text, version: text }).nullish();

/** https://cdevents.dev/docs/testing: of every version so far, what a result is made of. */
export const cdEvent = z.object({
  context: z.object({
    id: z.string().min(1),
    source: z.string().min(1),
    type: z.string().min(1),
    timestamp: text,
  }),
  subject: z.object({
    id: z.string().min(1),
    source: text,
    content: z
      .object({
        outcome: text,
        severity: text,
        reason: text,
        environment: reference,
        testCase: reference,
        testSuite: reference,
        testSuiteRun: reference,
        trigger: z.object({ type: text, uri: text }).nullish(),
      })
      .default({}),
  }),
  customData: z.unknown().optional(),
});
export type CdEvent = z.infer<typeof cdEvent>;
