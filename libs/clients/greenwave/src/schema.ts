import { z } from 'zod';

/** One requirement of a decision; what it holds beside these depends on its type. */
export const requirement = z.looseObject({
  type: z.string(),
  testcase: z.string().nullish(),
  result_id: z.number().int().nullish(),
  waiver_id: z.number().int().nullish(),
  scenario: z.string().nullish(),
});
export type Requirement = z.infer<typeof requirement>;

export const decision = z.looseObject({
  policies_satisfied: z.boolean(),
  summary: z.string(),
  satisfied_requirements: z.array(requirement).default([]),
  unsatisfied_requirements: z.array(requirement).default([]),
  applicable_policies: z.array(z.string().nullable()).optional(),
});
export type Decision = z.infer<typeof decision>;

/** What a decision is asked with; see the documentation of Greenwave's `POST /decision`. */
export interface DecisionQuestion {
  readonly product_version: string;
  readonly decision_context: string | readonly string[];
  readonly subject_type: string;
  readonly subject_identifier: string;
  readonly verbose?: boolean;
  readonly when?: string;
}

export const refusal = z.looseObject({ message: z.string() });
