import type { KnotPlan } from '../knots';
import { firstOf, hitKinds, type Hits } from './hits';
import { keptOrder } from './large-sets';
import type { StepsWithout } from './ordered-steps';
import { levelsOf, type Leveled } from './levels';
import { unknownCapabilities } from './lost';
import type { Network } from './network';
import { everythingAbove } from './above';
import { scopes, spreadOf, takesAway, type Question, type Scope, type Spread } from './spread';

export interface ReachMember {
  readonly id: string;
  /** Longest chain of build chroots below it within the set; members of a knot share one. */
  readonly tier: number;
  readonly pass: number;
  /** The fewest members that must be built before it. */
  readonly needs: readonly string[];
  readonly why: readonly string[];
}

export interface Listed {
  readonly id: string;
  readonly requirement: string;
}

/** Reasons that are given for one component at most. */
const mostReasons = 5;

/** Who is reached in each scope, before the set is ordered. */
export interface Outline {
  readonly network: Network;
  readonly question: Question;
  readonly spread: Spread;
  readonly scope: Scope;
  readonly leveled: Readonly<Record<Scope, Leveled>>;
}

export function outlineOf(network: Network, question: Question, scope: Scope): Outline {
  const spread = spreadOf(network, question);
  const above = everythingAbove(network, question.changed, question);
  const setOf = (of: Scope): Int32Array => toldOf(question, of === 'transitive' ? above : spread[of].members());
  const leveled = Object.fromEntries(scopes.map((of) => [of, levelsOf(network, setOf(of))]));
  return { network, question, spread, scope, leveled: leveled as Record<Scope, Leveled> };
}

/** How far a change goes in a scope, in which order that is rebuilt, and how far it would go in the others. */
export function reachOf(network: Network, question: Question, scope: Scope): Reach {
  return new Reach(outlineOf(network, question, scope));
}

function toldOf({ told }: Question, members: Int32Array): Int32Array {
  return told ? members.filter((n) => told[n] === 1) : members;
}

/** An answer whose set is written out only as far as it is asked for. */
export class Reach {
  readonly components: number;
  readonly tiers: number;
  readonly knots: number;
  readonly scopes: Readonly<Record<Scope, { readonly components: number; readonly tiers: number }>>;
  readonly needsChange: readonly Listed[];
  readonly moved: readonly Listed[];
  /** Capabilities that were named as lost and that nobody offers. */
  readonly notOffered: readonly string[];
  /** Where it is said what is taken away: who uses what changed, and loses nothing. */
  readonly unaffected: readonly string[];
  /** What is reached but is not made by this release. */
  readonly external: readonly string[];
  private readonly order: StepsWithout;

  readonly network: Network;

  constructor({ network, question, spread, scope, leveled }: Outline) {
    this.network = network;
    const { members, tiers, knots } = leveled[scope];
    this.components = members.length;
    this.tiers = tiers;
    this.knots = knots.length;
    const counts = scopes.map((of) => [of, { components: leveled[of].members.length, tiers: leveled[of].tiers }]);
    this.scopes = Object.fromEntries(counts) as Reach['scopes'];
    this.needsChange = listed(network, spread.needsChange, question);
    this.moved = listed(network, spread.moved, question);
    this.notOffered = unknownCapabilities(network, question.lost);
    this.unaffected = takesAway(question) ? unaffectedIn(network, spread, question) : [];
    this.external = Array.from(spread.external, (n) => network.components.get(n)).sort();
    this.order = keptOrder(network, members, question.changed);
    this.leveled = leveled[scope];
    this.hits = scope === 'transitive' ? spread.direct : spread[scope];
  }

  private readonly leveled: Leveled;
  private readonly hits: Hits;

  /** The set, sorted. */
  get members(): Int32Array {
    return this.leveled.members;
  }

  get set(): readonly ReachMember[] {
    return [...this.written()].map((text) => JSON.parse(text) as ReachMember);
  }

  /** How each knot is opened. */
  get plans(): readonly KnotPlan[] {
    return this.order.all.knots;
  }

  /** The number of steps: a member of a knot may be built twice. */
  get steps(): number {
    return this.order.count;
  }

  /** Members as JSON, lowest tier first, and by name within a tier. A text is made when it is asked for. */
  *written(offset = 0, limit = Infinity): Generator<string> {
    const { network, order, hits } = this;
    const { all } = order;
    const byComponent = hits.sorted();
    const { steps, tier } = order.sorted(this.leveled.members, this.leveled.tier);
    const end = Math.min(order.count, offset + limit);
    for (let at = offset; at < end; at++) {
      const n = steps[at]!;
      const component = all.component[n]!;
      const first = firstOf(hits, byComponent, component);
      let why = '';
      for (let k = first; k < byComponent.length && k < first + mostReasons; k++) {
        if (hits.component(byComponent[k]!) !== component) break;
        why += `${why === '' ? '' : ','}${reasonFor(network, hits, byComponent[k]!)}`;
      }
      const knot = all.reason(n);
      if (knot !== '') why += why === '' ? knot : `,${knot}`;
      yield `${all.head(n)}${tier[at]}${order.tail(n)}${why}]}`;
    }
  }
}

const reasons = new WeakMap<Network, Map<number, string>>();

/** As JSON. Many are reached by the same requirement: its sentence is made once. */
function reasonFor(network: Network, hits: Hits, n: number): string {
  const kept = reasons.get(network) ?? new Map<number, string>();
  reasons.set(network, kept);
  const source = hits.source(n);
  const key = source * hitKinds.length + hitKinds.indexOf(hits.kind(n));
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size > 100_000) kept.clear();
  const words = JSON.stringify(wordsOf(hits, n, textOf(network, source)));
  kept.set(key, words);
  return words;
}

function textOf(network: Network, source: number): string {
  return source < 0 ? network.components.get(-1 - source) : network.clauses.get(source);
}

function wordsOf(hits: Hits, n: number, text: string): string {
  const kind = hits.kind(n);
  switch (kind) {
    case 'build':
      return `it is built with ${text}`;
    case 'runtime':
      return `a package of it requires ${text}`;
    case 'contains':
      return `it contains ${text}`;
    case 'built-on':
      return `it is built on ${text}`;
    case 'embedding':
      return `it takes a copy of what ${text} gives`;
    case 'needs-change':
      return `its build requires ${text}, which is lost: it needs a change`;
    case 'moved':
      return `it requires ${text}, which somebody else satisfies now`;
  }
}

function listed(network: Network, hits: Hits, { told }: Question): Listed[] {
  const all = Array.from({ length: hits.length }, (_, n) => n);
  const some = told ? all.filter((n) => told[hits.component(n)] === 1) : all;
  return some.map((n) => ({
    id: network.components.get(hits.component(n)),
    requirement: textOf(network, hits.source(n)),
  }));
}

function unaffectedIn(network: Network, of: Spread, question: Question): readonly string[] {
  const { capability, needsChange, users } = of;
  const affected = new Set([...capability.members(), ...needsChange.members()]);
  const spared = toldOf(question, users).filter((component) => !affected.has(component));
  return Array.from(spared, (component) => network.components.get(component));
}
