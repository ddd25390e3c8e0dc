import type { LandingFinding } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { Hindrance } from '../input';
import type { Repository } from '../state';
import type { Part, PartAnswer } from './part-gate';
import type { Staying } from './landing-rows';

interface OfCascade {
  readonly release: string;
  readonly cascade: string;
}

interface OfLanding extends OfCascade {
  readonly landing: string;
  /** Of the call: answers to earlier ones are out of date. */
  readonly round: number;
}

/** A build that is to land, in the order in which it does. */
export interface BuildToLand {
  readonly component: ComponentId;
  readonly build: string;
  readonly nvr: string;
  readonly system: string;
  /** `there`: the release has it already; `stays`: it does not land, and why. */
  readonly state: 'planned' | 'there' | 'stays';
  readonly because: string;
}

/** What a look at everything said. */
export interface LandingCheck {
  readonly total: number;
  readonly phases: number;
  readonly adapters: readonly string[];
  readonly findings: readonly LandingFinding[];
  readonly staying: readonly Staying[];
  readonly stays: number;
  readonly part: Part;
}

export type LandingInput =
  | (OfCascade & { readonly type: 'landing.ask'; readonly partial: boolean; readonly why: string })
  | (OfLanding & { readonly type: 'landing.part'; readonly from: number; readonly builds: readonly BuildToLand[] })
  | (OfLanding & { readonly type: 'landing.checked'; readonly check: LandingCheck })
  | (OfLanding & {
      readonly type: 'landing.stepped';
      /** Steps from the first number up to before the last are done in this phase. */
      readonly from: number;
      readonly until: number;
      /** They are on their way, and nothing can be done but wait: in these words. */
      readonly waits: string | null;
    })
  | (OfLanding & {
      readonly type: 'landing.undone';
      readonly from: number;
      readonly until: number;
      /** The release's, as it is now. */
      readonly repository: Repository;
    })
  | (OfLanding & {
      readonly type: 'landing.broke';
      readonly step: 'check' | 'execute' | 'undo';
      readonly fault: Hindrance;
    })
  | (OfLanding & { readonly type: 'landing.due' })
  | (OfCascade & PartAnswer & { readonly type: 'landing.decided'; readonly landing: string })
  | (OfCascade & { readonly type: 'landing.leave'; readonly landing: string })
  | (OfCascade & { readonly type: 'landing.follow-up'; readonly landing: string })
  | (OfCascade & {
      readonly type: 'landing.restore';
      /** Newest builds up to this id are restored. */
      readonly after: string;
    })
  | (OfCascade & { readonly type: 'landing.deadline' })
  | (OfCascade & {
      readonly type: 'landing.abort';
      /** Where it has gone out to users. */
      readonly shipped: readonly string[];
      readonly why: string;
    })
  | (OfCascade & {
      readonly type: 'landing.revert';
      /** Who was built on it since. */
      readonly builtOn: readonly ComponentId[];
      /** It is taken back all the same. */
      readonly accepted: boolean;
      /** Where it has gone out to users. */
      readonly shipped: readonly string[];
      readonly why: string;
    });

const types: readonly string[] = [
  'landing.ask',
  'landing.part',
  'landing.checked',
  'landing.stepped',
  'landing.undone',
  'landing.broke',
  'landing.due',
  'landing.decided',
  'landing.leave',
  'landing.follow-up',
  'landing.restore',
  'landing.deadline',
  'landing.abort',
  'landing.revert',
] satisfies readonly LandingInput['type'][];

export function isLanding<Other extends { readonly type: string }>(input: Other | LandingInput): input is LandingInput {
  return types.includes(input.type);
}
