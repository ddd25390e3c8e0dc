/** What the fake makes of a module's source: its name is the last part of the scmurl's path. */
export interface ModuleRecipe {
  readonly components: readonly string[];
  /** Contexts, one per stream expansion; one when left out. */
  readonly contexts?: readonly string[];
  /** The component that fails; the module then fails too. */
  readonly failing?: string | null;
  /** Stays in `build`. */
  readonly hangs?: boolean;
  /** The base module that it is built for; `platform:f44` when left out. */
  readonly base?: string;
  /** Where the service gates: modules stop at `done`. */
  readonly gated?: boolean;
}

export interface FakeRpmTask {
  readonly nvr: string;
  state: number;
  readonly state_reason: string;
  readonly task_id: number;
}

export interface FakeModule {
  readonly id: number;
  readonly name: string;
  readonly stream: string;
  readonly version: string;
  readonly context: string;
  readonly scmurl: string;
  readonly owner: string;
  readonly overrides: Readonly<Record<string, readonly string[]>>;
  readonly rebuild_strategy: string;
  /** `reuse_components_from` of its submission. */
  readonly reuse: number | string | null;
  state: number;
  state_reason: string | null;
  /** How often it was submitted: a failed one is taken up again. */
  submissions: number;
  readonly submitted: string;
  modified: string;
  completed: string | null;
  rpms: Record<string, FakeRpmTask>;
  readonly siblings: number[];
}

export interface MbsState {
  lastId: number;
  lastTask: number;
  readonly builds: FakeModule[];
  readonly recipes: Map<string, ModuleRecipe>;
  /** Tokens and whose they are. */
  readonly tokens: Map<string, string>;
  /** Versions by scmurl: the time of the commit. */
  readonly versions: Map<string, string>;
}

export function emptyState(): MbsState {
  return { lastId: 0, lastTask: 0, builds: [], recipes: new Map(), tokens: new Map(), versions: new Map() };
}

/** ISO times without fractions, as the service gives them. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
