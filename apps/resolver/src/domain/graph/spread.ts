import { clauseOf, type Network } from './network';
import { lostClauses } from './lost';
import { names, namesIn } from './resolve-clause';
import { each, Ints } from './rows';

export const scopes = ['capability', 'linked', 'direct', 'transitive'] as const;
export type Scope = (typeof scopes)[number];

export type ClauseKind = 'build' | 'runtime' | 'contains';

/** A component, and by what requirements the change reaches it. */
export interface Hit {
  readonly component: number;
  readonly kind: ClauseKind | 'needs-change' | 'moved' | 'embedding';
  readonly text: string;
}

export interface Question {
  readonly changed: readonly number[];
  /** Capabilities that the new builds no longer offer; empty: what a new version usually takes away. */
  readonly lost: readonly string[];
  /** Patterns of capabilities and components that never propagate. */
  readonly tools: readonly string[];
  readonly embedding: readonly string[];
  /** Components that can be rebuilt at all. */
  readonly counts: (component: number) => boolean;
}

/** Every scope's set, without the changed components. `transitive` is found apart: `upset.ts`. */
export interface Spread {
  readonly capability: ReadonlyMap<number, readonly Hit[]>;
  readonly direct: ReadonlyMap<number, readonly Hit[]>;
  readonly linked: ReadonlyMap<number, readonly Hit[]>;
  /** Who cannot be rebuilt as it is, since its build lost something; and whose requirement somebody else satisfies. */
  readonly needsChange: readonly Hit[];
  readonly moved: readonly Hit[];
}

type Hits = Map<number, Hit[]>;

/** How far a change goes, one step away; every requirement that leads there is kept as a reason. */
export function spreadOf(network: Network, question: Question): Spread {
  const changed = new Set(question.changed);
  const hits = directHits(network, question, changed);
  const direct = hits.filter((hit) => hit.kind !== 'runtime');
  const builds = new Set(hits.filter((hit) => hit.kind === 'build').map((hit) => hit.component));
  const runs = new Set(hits.filter((hit) => hit.kind === 'runtime').map((hit) => hit.component));
  const lost = question.lost.length > 0 ? lostHits(network, question, changed) : likelyHits(hits, question);
  return {
    capability: byComponent(lost.filter((hit) => hit.kind !== 'needs-change' && hit.kind !== 'moved')),
    direct: byComponent(direct),
    linked: byComponent(hits.filter(({ component }) => builds.has(component) && runs.has(component))),
    needsChange: lost.filter((hit) => hit.kind === 'needs-change'),
    moved: lost.filter((hit) => hit.kind === 'moved'),
  };
}

/** Requirements that packages of the changed components satisfy. */
function directHits(network: Network, question: Question, changed: ReadonlySet<number>): readonly Hit[] {
  const found: Hit[] = [];
  const seen = new Set<number>();
  for (const component of changed) {
    if (isTool(question, network.components.get(component), [])) continue;
    each(network.made, component, (of) =>
      each(network.answeredBy, of, (clause) => {
        if (seen.has(clause)) return;
        seen.add(clause);
        found.push(...hitsOf(network, clause, question, changed));
      }),
    );
    each(network.into, component, (by) => {
      const parts = network.parts.targets.subarray(network.parts.offsets[by], network.parts.offsets[by + 1]);
      if (!parts.includes(component) || changed.has(by) || !question.counts(by)) return;
      found.push({ component: by, kind: 'contains', text: network.components.get(component) });
    });
  }
  return found;
}

function hitsOf(network: Network, clause: number, question: Question, changed: ReadonlySet<number>): readonly Hit[] {
  const { scheme, text } = clauseOf(network, clause);
  if (question.tools.length > 0 && isTool(question, '', namesIn(scheme, text))) return [];
  const found: Hit[] = [];
  const add = (component: number, kind: ClauseKind): void => {
    if (!changed.has(component) && question.counts(component)) found.push({ component, kind, text });
  };
  each(network.builders, clause, (component) => add(component, 'build'));
  each(network.installers, clause, (component) => add(component, 'contains'));
  each(network.runners, clause, (of) => add(network.packageComponent[of]!, 'runtime'));
  return found;
}

function lostHits(network: Network, question: Question, changed: ReadonlySet<number>): readonly Hit[] {
  const found = lostClauses(network, question.lost, changed).flatMap(({ clause, moved }) =>
    hitsOf(network, clause, question, changed).map((hit): Hit => {
      if (moved) return { ...hit, kind: 'moved' };
      return hit.kind === 'build' ? { ...hit, kind: 'needs-change' } : hit;
    }),
  );
  return [...found, ...embeddingHits(directHits(network, question, changed), question)];
}

/** What a new version usually takes away: sonames, ABI tags, exact versions; and what is copied in at build time. */
function likelyHits(hits: readonly Hit[], question: Question): readonly Hit[] {
  const abi = /\.so(\.|\(|$)|\(abi\)|abi-|\(api\)|-api-|^lib\S*\d[a-z0-9]*( |$)|\(= | = /i;
  const likely = hits.filter(({ kind, text }) => kind === 'contains' || (kind === 'runtime' && abi.test(text)));
  return [...likely, ...embeddingHits(hits, question)];
}

function embeddingHits(hits: readonly Hit[], { embedding }: Question): readonly Hit[] {
  return hits
    .filter(({ kind, text }) => kind === 'build' && embedding.some((pattern) => names(pattern, text.split(' ')[0]!)))
    .map((hit): Hit => ({ ...hit, kind: 'embedding' }));
}

function isTool({ tools }: Question, component: string, capabilities: readonly string[]): boolean {
  return tools.some((tool) => names(tool, component) || capabilities.some((name) => names(tool, name)));
}

function byComponent(hits: readonly Hit[]): ReadonlyMap<number, readonly Hit[]> {
  const found: Hits = new Map();
  for (const hit of hits) {
    const of = found.get(hit.component);
    if (of) of.push(hit);
    else found.set(hit.component, [hit]);
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** Everything that depends on these, however far; itself left out. Edges that only tools make do not count. */
export function everythingAbove(network: Network, changed: readonly number[], question: Question): Int32Array {
  const into = network.into;
  const seen = new Uint8Array(network.count);
  const queue = new Ints();
  for (const component of changed) {
    seen[component] = 1;
    queue.push(component);
  }
  const propagates = question.tools.length === 0 ? null : propagation(network, question);
  for (let n = 0; n < queue.length; n++) {
    const component = queue.at(n);
    for (let edge = into.offsets[component]!; edge < into.offsets[component + 1]!; edge++) {
      const by = into.targets[edge]!;
      if (seen[by] === 1 || !question.counts(by) || (propagates && !propagates(component, by))) continue;
      seen[by] = 1;
      queue.push(by);
    }
  }
  return queue.view().slice(changed.length).sort();
}

/** Does something that is no tool lead from one component to another that depends on it? */
function propagation(network: Network, question: Question): (component: number, by: number) => boolean {
  const tool = new Int8Array(network.clauses.count);
  const isToolClause = (clause: number): boolean => {
    if (tool[clause] === 0) {
      const { scheme, text } = clauseOf(network, clause);
      tool[clause] = isTool(question, '', namesIn(scheme, text)) ? 1 : -1;
    }
    return tool[clause] === 1;
  };
  const leads = (clause: number, component: number): boolean => {
    const { answers, packageComponent } = network;
    for (let n = answers.offsets[clause]!; n < answers.offsets[clause + 1]!; n++) {
      if (packageComponent[answers.targets[n]!] === component) return !isToolClause(clause);
    }
    return false;
  };
  const anyOf = (rows: Network['build'], row: number, component: number): boolean => {
    for (let n = rows.offsets[row]!; n < rows.offsets[row + 1]!; n++)
      if (leads(rows.targets[n]!, component)) return true;
    return false;
  };
  return (component, by) => {
    if (isTool(question, network.components.get(component), [])) return false;
    if (anyOf(network.build, by, component) || anyOf(network.installs, by, component)) return true;
    for (let n = network.parts.offsets[by]!; n < network.parts.offsets[by + 1]!; n++) {
      if (network.parts.targets[n] === component) return true;
    }
    for (let n = network.made.offsets[by]!; n < network.made.offsets[by + 1]!; n++) {
      if (anyOf(network.runtime, network.made.targets[n]!, component)) return true;
    }
    return false;
  };
}
