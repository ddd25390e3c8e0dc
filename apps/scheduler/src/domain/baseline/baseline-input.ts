import type { SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import type { Hindrance } from '../input';

/** A build that the release has, as its build system tells of it. */
export interface FoundBuild {
  readonly component: ComponentId;
  readonly ref: string;
  readonly nvr: string;
  readonly owner: string | null;
  readonly builtBy: string | null;
  readonly completedAt: Moment | null;
  readonly durationMs: number | null;
  readonly source: SourceRef | null;
  readonly inputs: readonly string[] | null;
  /** A build that failed since. */
  readonly failure: { readonly ref: string; readonly nvr: string; readonly at: Moment | null } | null;
}

export interface FoundPage {
  readonly builds: readonly FoundBuild[];
  /** null: it was the last one. */
  readonly cursor: string | null;
  readonly total: number;
  readonly places: readonly string[];
}

interface OfRelease {
  readonly release: string;
}
interface OfPage extends OfRelease {
  readonly system: string;
  readonly round: number;
  /** The cursor that the page was asked with. */
  readonly from: string | null;
}

/** What a release was when Millrace first saw it, and what it has now. */
export type BaselineInput =
  /** A part of what nothing satisfies in the first snapshot. */
  | (OfRelease & {
      readonly type: 'baseline.found';
      readonly snapshot: string;
      readonly broken: readonly { readonly component: ComponentId; readonly requirements: readonly string[] }[];
    })
  | (OfRelease & { readonly type: 'baseline.looked'; readonly snapshot: string; readonly total: number })
  | (OfRelease & { readonly type: 'baseline.unlooked'; readonly snapshot: string; readonly fault: Hindrance })
  /** What was broken and is not any more. */
  | (OfRelease & {
      readonly type: 'debt.mended';
      readonly snapshot: string;
      readonly components: readonly ComponentId[];
    })
  | (OfRelease & {
      readonly type: 'debt.built';
      readonly builds: readonly {
        readonly component: ComponentId;
        readonly nvr: string;
        readonly endedAt: Moment | null;
      }[];
    })
  | (OfRelease & { readonly type: 'adoption.start'; readonly why: string; readonly inputs: boolean })
  | (OfPage & { readonly type: 'adoption.paged'; readonly page: FoundPage })
  | (OfPage & { readonly type: 'adoption.broke'; readonly fault: Hindrance });

const types: readonly string[] = [
  'baseline.found',
  'baseline.looked',
  'baseline.unlooked',
  'debt.mended',
  'debt.built',
  'adoption.start',
  'adoption.paged',
  'adoption.broke',
] satisfies readonly BaselineInput['type'][];

export function isBaseline<Other extends { readonly type: string }>(
  input: Other | BaselineInput,
): input is BaselineInput {
  return types.includes(input.type);
}
