import type { ReleaseDefinition } from '@millrace/contracts';
import { clauseOf, hasFlag, kindBits, type Network } from './network';
import { lostClauses } from './lost';
import { names, namesIn } from './resolve-clause';
import { addHolders } from './holders';
import { builtFor, embeddedClauses } from './component-policies';
import { Hits, partSource, type HitKind } from './hits';
import { withMarks } from './marks';
import { each, leadsTo } from './rows';

export const scopes = ['capability', 'linked', 'direct', 'transitive'] as const;
export type Scope = (typeof scopes)[number];

export type ClauseKind = 'build' | 'runtime' | 'contains';

export interface Question {
  readonly changed: readonly number[];
  /** Capabilities that the new builds no longer offer; empty: what a new version usually takes away. */
  readonly lost: readonly string[];
  /** What the new builds offer instead of all that they offer now. */
  readonly provides?: readonly string[] | undefined;
  /** Patterns of capabilities and components that never propagate. */
  readonly tools: readonly string[];
  readonly embedding: readonly string[];
  /** Component policies: what is embedded whatever it offers, and who is built for which architectures. Absent: none. */
  readonly components?: ReleaseDefinition['components'];
  /** Components that can be rebuilt at all: 1 for each of them. */
  readonly counts: Uint8Array;
  /** Kinds of dependency that count, as bits ({@link kindBits}); absent: every one. */
  readonly kinds?: number;
  /** 1 for each component that is told; a change goes on through the others, too. Absent: every one. */
  readonly told?: Uint8Array;
}

export const everyKind = 7;

/** Who is reached in each scope and by what, without the changed components; `transitive` is `everythingAbove`. */
export interface Spread {
  readonly capability: Hits;
  readonly direct: Hits;
  readonly linked: Hits;
  /** Who cannot be rebuilt as it is, since its build lost something; and whose requirement somebody else satisfies. */
  readonly needsChange: Hits;
  readonly moved: Hits;
  /** Whoever uses what changed, in whatever way; sorted. */
  readonly users: Int32Array;
  /** Who is reached, but is not of this release. */
  readonly external: ReadonlySet<number>;
}

/**
 * How far a change goes, one step away, and up to whatever holds what is reached; every requirement that leads there is
 * kept as a reason.
 */
export function spreadOf(network: Network, question: Question): Spread {
  const changed = new Set(question.changed);
  const external = new Set<number>();
  const all = directHits(network, { question, changed, external });
  const spread = {
    ...{ external, users: all.members() },
    ...{ capability: new Hits(), direct: new Hits(), linked: new Hits() },
    ...{ needsChange: new Hits(), moved: new Hits() },
  };
  withMarks(network, (ways) => {
    markWays(all, ways);
    for (let n = 0; n < all.length; n++) {
      const [component, kind, source] = [all.component(n), all.kind(n), all.source(n)];
      if (kind !== 'runtime') spread.direct.add(component, kind, source);
      if (ways[component] === linkedWays) spread.linked.add(component, kind, source);
    }
    for (let n = 0; n < all.length; n++) ways[all.component(n)] = 0;
  });
  if (takesAway(question)) addLost(spread, network, { question, changed, external });
  else addLikely(spread.capability, all, network);
  addEmbedding(spread.capability, all, network, question);
  for (const scope of [spread.capability, spread.direct, spread.linked]) addHolders(scope, network, question);
  return spread;
}

/** Is it said what is taken away? */
export function takesAway({ lost, provides }: Question): boolean {
  return lost.length > 0 || provides !== undefined;
}

const linkedWays = 3;

/** Component -> 1 when it is built with something that changed, 2 when a package of it requires it, 3 for both. */
function markWays(hits: Hits, ways: Uint8Array): void {
  for (let n = 0; n < hits.length; n++) {
    const kind = hits.kind(n);
    if (kind === 'build') ways[hits.component(n)]! |= 1;
    else if (kind === 'runtime') ways[hits.component(n)]! |= 2;
  }
}

/** Requirements that packages of the changed components satisfy. */
function directHits(network: Network, asked: Asked): Hits {
  const { question, changed } = asked;
  const found = new Hits();
  const seen = new Set<number>();
  for (const component of changed) {
    if (isTool(question, network.components.get(component), [])) continue;
    each(network.made, component, (of) =>
      each(network.answeredBy, of, (clause) => {
        if (seen.has(clause)) return;
        seen.add(clause);
        addHits(found, network, clause, asked, (kind) => kind);
      }),
    );
    each(network.into, component, (by) => {
      if (changed.has(by) || question.counts[by] === 0) return;
      const kind = partKind(network, by, component);
      if (kind === null || ((question.kinds ?? everyKind) & kindBits[kind]) === 0) return;
      found.add(by, kind === 'build' ? 'built-on' : 'contains', partSource(component));
    });
  }
  return found;
}

/** Is a component assembled from another, or built on it? `null`: neither, it is packages that lead there. */
function partKind(network: Network, by: number, component: number): 'contains' | 'build' | null {
  if (leadsTo(network.contains, by, component)) return 'contains';
  return leadsTo(network.builtOn, by, component) ? 'build' : null;
}

interface Asked {
  readonly question: Question;
  readonly changed: ReadonlySet<number>;
  /** Where those that are not of this release are noted. */
  readonly external: Set<number>;
}

function addHits(
  found: Hits,
  network: Network,
  clause: number,
  { question, changed, external }: Asked,
  as: (kind: ClauseKind) => HitKind,
): void {
  if (question.tools.length > 0) {
    const { scheme, text } = clauseOf(network, clause);
    if (isTool(question, '', namesIn(scheme, text))) return;
  }
  const { counts } = question;
  const add = (component: number, kind: HitKind): void => {
    if (changed.has(component)) return;
    if (counts[component] === 1) found.add(component, kind, clause);
    else if (hasFlag(network, component, 'external')) external.add(component);
  };
  const [build, contains, runtime] = [as('build'), as('contains'), as('runtime')];
  const { kinds = everyKind } = question;
  if (kinds & kindBits.build) each(network.builders, clause, (component) => add(component, build));
  if (kinds & kindBits.contains) each(network.installers, clause, (component) => add(component, contains));
  if (kinds & kindBits.runtime) each(network.runners, clause, (of) => add(network.packageComponent[of]!, runtime));
}

function addLost(spread: Spread, network: Network, asked: Asked): void {
  const { question, changed } = asked;
  const lost = new Hits();
  for (const { clause, moved } of lostClauses(network, question, changed)) {
    const as = (kind: ClauseKind): HitKind => (moved ? 'moved' : kind === 'build' ? 'needs-change' : kind);
    addHits(lost, network, clause, asked, as);
  }
  const isBuilt = builtFor(network, question);
  for (let n = 0; n < lost.length; n++) {
    if (!isBuilt(lost.component(n), lost.source(n))) continue;
    const kind = lost.kind(n);
    const to = kind === 'moved' ? spread.moved : kind === 'needs-change' ? spread.needsChange : spread.capability;
    to.add(lost.component(n), kind, lost.source(n));
  }
}

/** What a new version usually takes away: sonames, ABI tags, exact versions. */
function addLikely(likely: Hits, hits: Hits, network: Network): void {
  const abi = /\.so(\.|\(|$)|\(abi\)|abi-|\(api\)|-api-|^lib\S*\d[a-z0-9]*( |$)|\(= | = /i;
  const isLikely = byClause((clause) => abi.test(network.clauses.get(clause)));
  for (let n = 0; n < hits.length; n++) {
    const kind = hits.kind(n);
    const counts = kind === 'contains' || kind === 'built-on' || (kind === 'runtime' && isLikely(hits.source(n)));
    if (counts) likely.add(hits.component(n), kind, hits.source(n));
  }
}

/** And what is copied in at build time. */
function addEmbedding(found: Hits, hits: Hits, network: Network, question: Question): void {
  const { embedding } = question;
  const copied = embeddedClauses(network, question);
  if (embedding.length === 0 && copied.size === 0) return;
  const embeds = byClause((clause) => {
    const [name = ''] = network.clauses.get(clause).split(' ');
    return embedding.some((pattern) => names(pattern, name));
  });
  for (let n = 0; n < hits.length; n++) {
    const isEmbedded = hits.kind(n) === 'build' && (copied.has(hits.source(n)) || embeds(hits.source(n)));
    if (isEmbedded) found.add(hits.component(n), 'embedding', hits.source(n));
  }
}

/** Hits of one requirement stand together: the answer of the last one is kept. */
function byClause(test: (clause: number) => boolean): (clause: number) => boolean {
  let last = -1;
  let answer = false;
  return (clause) => {
    if (clause !== last) [last, answer] = [clause, test(clause)];
    return answer;
  };
}

export function isTool({ tools }: Question, component: string, capabilities: readonly string[]): boolean {
  return tools.some((tool) => names(tool, component) || capabilities.some((name) => names(tool, name)));
}
