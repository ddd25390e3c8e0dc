import type { ModuleDescription, StreamNeeds } from './modulemd';
import {
  availableStreams,
  expandStreams,
  expansionPolicy,
  nsvcText,
  type ExpansionPolicy,
  type ResolvedNeed,
} from './streams';

/** An edge from one build of a module to a stream that it needs. */
export interface ModuleEdge {
  /** Name, stream, version and context of the dependant. */
  readonly from: string;
  readonly kind: 'build' | 'runtime';
  /** `name:stream` */
  readonly to: string;
  /**
   * `self`: its own stream, of which an older build is meant, so that it is no cycle; `platform`: what everything
   * stands on; `external`: not among the modules that were read.
   */
  readonly role: 'module' | 'self' | 'platform' | 'external';
  readonly hint: string | null;
}

/** Something that the policy of the expansion left out. */
export interface LeftOut {
  readonly from: string;
  readonly to: string;
  readonly because: 'unsupported' | 'too-many';
}

export interface ModuleGraph {
  readonly edges: readonly ModuleEdge[];
  readonly leftOut: readonly LeftOut[];
}

export interface ModuleGraphOptions {
  readonly policy?: ExpansionPolicy;
  /** Modules that are not built but stand for the base system; all streams of one are one node (`name`). */
  readonly platforms?: ReadonlySet<string>;
}

const usualPlatforms: ReadonlySet<string> = new Set(['platform']);

/**
 * The edges between modules: of a build those that the build system noted (`xmd.mbs`), else what its build requirements
 * expand to. A platform has as many streams as a product had minor releases, and a module that needs
 * any of them needs one thing: they are folded into one node.
 */
export function moduleGraph(modules: readonly ModuleDescription[], options: ModuleGraphOptions = {}): ModuleGraph {
  const available = availableStreams(modules);
  const policy = options.policy ?? expansionPolicy;
  const platforms = options.platforms ?? usualPlatforms;
  const edges = new Map<string, ModuleEdge>();
  const leftOut: LeftOut[] = [];
  const add = (module: ModuleDescription, kind: ModuleEdge['kind'], need: ResolvedNeed): void => {
    const from = nsvcText(module);
    for (const edge of edgesOf(module, kind, need, platforms)) edges.set(`${from} ${kind} ${edge.to}`, edge);
    leftOut.push(...need.leftOut.map(({ stream, because }) => ({ from, to: `${need.module}:${stream}`, because })));
  };
  for (const module of modules) {
    const used = usedStreams(module);
    if (used) expandStreams(used, available, policy).forEach((need) => add(module, 'build', need));
    for (const { buildRequires, requires } of module.dependencies) {
      if (!used) expandStreams(buildRequires, available, policy).forEach((need) => add(module, 'build', need));
      expandStreams(requires, available, policy).forEach((need) => add(module, 'runtime', need));
    }
  }
  return { edges: [...edges.values()], leftOut };
}

/** What a build really used, where the build system noted it: no expansion can say more. */
function usedStreams({ mbs }: ModuleDescription): StreamNeeds | null {
  const used = Object.entries(mbs?.buildRequires ?? {});
  return used.length === 0 ? null : Object.fromEntries(used.map(([name, stream]) => [name, [stream]]));
}

function edgesOf(
  module: ModuleDescription,
  kind: ModuleEdge['kind'],
  need: ResolvedNeed,
  platforms: ReadonlySet<string>,
): readonly ModuleEdge[] {
  const from = nsvcText(module);
  if (platforms.has(need.module)) return [{ from, kind, to: need.module, role: 'platform', hint: null }];
  const found = need.streams.map((stream): ModuleEdge => {
    const own = need.module === module.name && stream === module.stream;
    return { from, kind, to: `${need.module}:${stream}`, role: own ? 'self' : 'module', hint: null };
  });
  const outside = need.external.map(({ stream, hint }): ModuleEdge => {
    return { from, kind, to: `${need.module}:${stream}`, role: 'external', hint };
  });
  if (found.length + outside.length > 0 || need.leftOut.length > 0) return [...found, ...outside];
  return [{ from, kind, to: need.module, role: 'external', hint: null }];
}
