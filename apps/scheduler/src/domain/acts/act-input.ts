import type { SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import type { HoldScope } from '../hold-rows';

/** What can be done to several things at a time. */
export const verbs = ['cancel', 'retry', 'skip', 'remove', 'add', 'raise'] as const;
export type Verb = (typeof verbs)[number];

/** Nothing named: all running cascades of the release. */
export type ActScope = HoldScope;

interface OfRelease {
  readonly release: string;
}

/** A test that keeps the gate of a build shut. */
export interface OpenTest {
  readonly cascade: string;
  readonly component: ComponentId;
  readonly build: string;
  readonly subject: { readonly type: string; readonly id: string; readonly aliases: readonly string[] };
  readonly test: string;
}

/** Acts of people on more than one rebuild or cascade. */
export type ActInput =
  | (OfRelease & {
      readonly type: 'acts.wanted';
      readonly verb: Verb;
      readonly scope: ActScope;
      /** It was said that everything in the cascade is meant. */
      readonly all: boolean;
      readonly why: string;
      /** Of `raise`. */
      readonly priority: number;
      /** Of `add`; null: its build system makes it, or the plan finds it. */
      readonly source: SourceRef | null;
      /** Of `retry`: the heads of what failed. */
      readonly sources: Readonly<Record<ComponentId, SourceRef>>;
    })
  | (OfRelease & {
      readonly type: 'waivers.wanted';
      readonly scope: ActScope;
      readonly comment: string;
      /** When they end; null: never. */
      readonly expires: Moment | null;
      readonly tests: readonly OpenTest[];
    })
  | (OfRelease & {
      readonly type: 'waiver.wanted';
      readonly comment: string;
      readonly expires: Moment | null;
      readonly test: OpenTest;
    });

const types: readonly string[] = [
  'acts.wanted',
  'waivers.wanted',
  'waiver.wanted',
] satisfies readonly ActInput['type'][];

export function isAct<Other extends { readonly type: string }>(input: Other | ActInput): input is ActInput {
  return types.includes(input.type);
}
