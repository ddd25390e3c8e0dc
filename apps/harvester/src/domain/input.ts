import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Fault } from '@millrace/kernel';
import type { ComposeName, Counts, Repository, Slot } from './state';

type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Pick<Fault, 'code' | 'kind' | 'message' | 'remedy'> };

export type HarvesterInput =
  | { readonly type: 'started' }
  | {
      readonly type: 'releases-told';
      readonly releases: readonly { name: string; revision: number; definition: ReleaseDefinition }[];
    }
  | {
      readonly type: 'release-known';
      readonly release: string;
      readonly revision: number;
      readonly definition: ReleaseDefinition;
    }
  /** `origin`: a command is refused at once for an unknown release, an event waits for its definition. */
  | { readonly type: 'wanted'; readonly release: string; readonly why: string; readonly origin: 'command' | 'event' }
  | { readonly type: 'cascade-completed'; readonly release: string; readonly cascade: string }
  | { readonly type: 'validated'; readonly release: string; readonly component: ComponentId }
  | { readonly type: 'look'; readonly release: string; readonly compose: string }
  | {
      readonly type: 'looked';
      readonly release: string;
      readonly compose: string;
      readonly look: number;
      readonly outcome: Outcome<Stock>;
    }
  | {
      readonly type: 'made';
      readonly release: string;
      readonly compose: string;
      readonly outcome: Outcome<Made>;
    };

/** What there is to harvest: the components of the graph, the newest validated builds, and where their packages are. */
export interface Stock {
  readonly components: readonly ComponentId[];
  readonly builds: readonly { component: ComponentId; build: string; nvr: string; contents: string }[];
  readonly repository: Repository;
}

export interface Made extends Counts {
  /** The folder of the finished tree. */
  readonly path: string;
}

export interface LookOrder {
  readonly release: string;
  readonly compose: string;
  readonly look: number;
}

export interface MakeOrder {
  readonly release: string;
  readonly compose: string;
  readonly name: ComposeName;
  /** When it was asked for: the time of all that is generated. */
  readonly at: string;
  readonly repository: Repository;
  readonly slots: readonly Slot[];
}

export const releasesWork = 'releases.ask';
export const lookWork = 'stock.look';
export const makeWork = 'compose.make';
