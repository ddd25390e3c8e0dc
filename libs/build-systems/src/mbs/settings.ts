import type { BuildTarget } from '@millrace/contracts';
import type { Mbs, MbsOptions } from '@millrace/mbs';

/** What a release says about its modules; `target` is the base module, e.g. `platform:f44`. */
export type ModuleTarget = Pick<
  BuildTarget,
  'target' | 'rebuild_strategy' | 'buildrequire_overrides' | 'require_overrides' | 'reuse_components_from'
>;

export interface MbsBuildSystemOptions {
  /** What release definitions call it. */
  readonly name: string;
  /** Which submission is whose, and places. */
  readonly dir: string;
  readonly mbs: MbsOptions;
  /** Where the files of its Koji are served; empty: unknown. */
  readonly topUrl: string;
  /** null: the release builds no modules here. */
  readonly target: (release: string) => Promise<ModuleTarget | null>;
  readonly capacity: number;
  /** Who we are there; null: nobody says. */
  readonly user?: string | null;
  /**
   * When a module counts as built: `ready`, or as soon as it is `done`. Then the service's own gate is told as a result
   * of the build, and ours decides with it.
   */
  readonly completeAt: 'done' | 'ready';
  /** Between two looks; default 5,000. */
  readonly pollMs?: number;
}

export interface MbsParts {
  readonly mbs: Mbs;
  readonly options: MbsBuildSystemOptions;
}
