import { z } from 'zod';

/** The update in Bodhi by which a cascade lands, where `landing_policy.adapter` is `bodhi`. */
export const bodhiUpdate = z.strictObject({
  type: z.enum(['security', 'bugfix', 'enhancement', 'newpackage', 'unspecified']).default('enhancement'),
  severity: z.enum(['unspecified', 'urgent', 'high', 'medium', 'low']).default('unspecified'),
  /**
   * Who has it pushed to stable: `time`, Bodhi itself after its days in testing; `request`, Millrace asks for it as soon
   * as its gate has passed and Bodhi allows it; `people`, somebody does it in Bodhi.
   */
  stable: z.enum(['time', 'request', 'people']).default('time'),
});
export type BodhiUpdate = z.infer<typeof bodhiUpdate>;
