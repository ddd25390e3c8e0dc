import type { ComponentId } from '@millrace/kernel';
import type { Hindrance, SeenBuild } from '../input';

interface OfTag {
  readonly release: string;
  readonly system: string;
  readonly tag: string;
}

/** What came into the base, with what was there before. */
export interface MovedBuild {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly build: string;
  readonly was: { readonly nvr: string; readonly build: string } | null;
  readonly by: string | null;
}

/** What people do with side tags, and what happens to them. */
export type SideTagInput =
  | (OfTag & { readonly type: 'sidetag.adopt'; readonly cascade: string; readonly why: string })
  | (OfTag & {
      readonly type: 'sidetag.adopted';
      readonly cascade: string;
      /** What was in it. */
      readonly builds: readonly SeenBuild[];
      readonly fault: Hindrance | null;
    })
  | {
      readonly type: 'sidetag.clean';
      readonly release: string;
      readonly tags: readonly { readonly system: string; readonly tag: string; readonly cascade: string | null }[];
      /** Those that stay, and why. */
      readonly left: readonly { readonly tag: string; readonly because: string }[];
      readonly unlanded: boolean;
      readonly why: string;
    }
  | (OfTag & { readonly type: 'sidetag.removed'; readonly fault: Hindrance | null })
  | {
      readonly type: 'sidetag.seen';
      readonly release: string;
      readonly system: string;
      readonly gone: readonly { readonly tag: string; readonly cascade: string; readonly by: string | null }[];
      readonly moved: readonly MovedBuild[];
    }
  | (OfTag & {
      readonly type: 'sidetag.restored';
      readonly cascade: string;
      readonly made: string | null;
      readonly builds: readonly string[];
      readonly fault: Hindrance | null;
    })
  | {
      readonly type: 'sidetag.pinned';
      readonly release: string;
      readonly cascade: string;
      readonly nvr: string;
      readonly fault: Hindrance | null;
    };

const types: readonly string[] = [
  'sidetag.adopt',
  'sidetag.adopted',
  'sidetag.clean',
  'sidetag.removed',
  'sidetag.seen',
  'sidetag.restored',
  'sidetag.pinned',
] satisfies readonly SideTagInput['type'][];

export function isSideTag<Other extends { readonly type: string }>(input: Other | SideTagInput): input is SideTagInput {
  return types.includes(input.type);
}
