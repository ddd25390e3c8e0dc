import { isBuiltFor, isEmbeddedComponent } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { isRich } from '@millrace/package-metadata';
import { byDependant, directWords, lossWords, type Comparison, type Loss, type LossKind } from '../compare';
import type { ComponentFacts } from '../facts';
import { demandsOn, type NetworkDemand } from './demands';
import { Hits } from './hits';
import { addHolders } from './holders';
import type { Network } from './network';
import { answersTo, names, namesIn, type Clause } from './resolve-clause';
import { isTool, type Question } from './spread';
import { offeredBy } from './suppose-facts';

/** What a new build is compared on. */
interface CompareQuestion {
  readonly build: ComponentFacts;
  /** Builds of the same cascade that lie over the graph already, one of each component. */
  readonly layers: readonly ComponentFacts[];
  readonly scope: 'capability' | 'direct';
  /** What the release's definition says about how far a change goes; its `changed` does not matter. */
  readonly question: Question;
}

/** What `compareBuild` does, on an imported graph: the same promises, without the facts of everybody. */
export function compareOnNetwork(network: Network, asked: CompareQuestion): Comparison {
  const component = network.components.find(asked.build.component);
  if (component === -1) return { lost: [], added: [] };
  const world = new LaidOver(network, asked, component);
  const wants = demandsOn(network, component, world.layers).filter((demand) => world.met(demand).length > 0);
  const losses = new Map<string, { readonly demand: NetworkDemand; readonly kind: LossKind }>();
  for (const demand of wants) {
    const user = network.components.get(demand.component);
    const kind = lossOf(world, demand, asked.question, user, asked.build.component);
    if (kind === null) continue;
    const key = `${demand.component} ${kind} ${demand.clause.text}`;
    if (!losses.has(key)) losses.set(key, { demand, kind });
  }
  const lost = [...losses.values()];
  const named = lost.map(({ demand, kind }): Loss => {
    return { dependant: network.components.get(demand.component), requirement: demand.clause.text, kind };
  });
  return { lost: named.sort(byDependant), added: addedBy(network, component, { ...asked, lost, wants }) };
}

/** A new build of what is assembled offers nothing to others by itself: it takes nothing, and only its holders follow. */
export function holdersOnNetwork(network: Network, id: ComponentId, question: Question): Comparison['added'] {
  const component = network.components.find(id);
  const found = new Map<number, string>();
  if (component !== -1) addHoldersOf(network, component, found, question);
  return inWords(network, found);
}

/** The graph as it is with builds laid over it. */
class LaidOver {
  readonly layers: ReadonlyMap<number, ComponentFacts>;
  /** Architectures that packages are made for; `noarch` alone when there is no other. */
  private readonly architectures: readonly string[];
  private readonly isGone: (offer: number) => boolean;

  constructor(
    private readonly network: Network,
    private readonly asked: CompareQuestion,
    private readonly component: number,
  ) {
    const { packageComponent, offerPackage, components } = network;
    this.layers = new Map(asked.layers.map((of) => [components.find(of.component), of]));
    this.architectures = architecturesOf(network, this.layers);
    this.isGone = (offer) => {
      const owner = packageComponent[offerPackage[offer]!]!;
      return owner === component || this.layers.has(owner);
    };
  }

  /** The requirement on each architecture on which the build that counts so far meets it. */
  met({ clause }: NetworkDemand): readonly Clause[] {
    const own = clause.arch === 'noarch' ? this.architectures : [clause.arch];
    return own.map((arch) => ({ ...clause, arch })).filter((one) => this.wasMet(one));
  }

  /** Nothing was built where there are no packages. */
  private wasMet(clause: Clause): boolean {
    const { network, component } = this;
    const { packageComponent, offerPackage } = network;
    const old = this.layers.get(component);
    if (old) return answersTo(clause, network, () => false, offeredBy([old], clause.arch)).length > 0;
    if (!isRich(clause.text)) {
      return answersTo(clause, network, (offer) => packageComponent[offerPackage[offer]!] === component).length > 0;
    }
    const counts = (offer: number): boolean => !this.layers.has(packageComponent[offerPackage[offer]!]!);
    const found = answersTo(clause, network, counts, offeredBy(this.others(), clause.arch));
    return found.some((of) => packageComponent[of] === component);
  }

  /** Who meets it once the new build counts? */
  metBy(clause: Clause): 'new build' | 'others' | null {
    const [others, fresh] = [offeredBy(this.others(), clause.arch), offeredBy([this.asked.build], clause.arch)];
    let isByNew = false;
    const more = {
      deb: () => false,
      rpm: (wanted: Parameters<typeof others.rpm>[0]) => {
        if (!fresh.rpm(wanted)) return others.rpm(wanted);
        isByNew = true;
        return true;
      },
    };
    const found = answersTo(clause, this.network, (offer) => !this.isGone(offer), more);
    if (found.length === 0) return null;
    return isByNew ? 'new build' : 'others';
  }

  private others(): readonly ComponentFacts[] {
    return this.asked.layers.filter((of) => of.component !== this.asked.build.component);
  }
}

function architecturesOf(network: Network, layers: ReadonlyMap<number, ComponentFacts>): readonly string[] {
  const { packageArch, packageComponent, architectures } = network;
  const numbers = new Set(packageArch.filter((_, of) => !layers.has(packageComponent[of]!)));
  const found = new Set(Array.from(numbers, (n) => architectures.get(n)));
  for (const { packages } of layers.values()) for (const { arch } of packages) found.add(arch);
  found.delete('noarch');
  return found.size > 0 ? [...found] : ['noarch'];
}

function lossOf(
  world: LaidOver,
  demand: NetworkDemand,
  { embedding, components = [] }: Question,
  user: ComponentId,
  build: ComponentId,
): LossKind | null {
  if (demand.kind === 'contains') return null;
  const isBuilt = (arch: string): boolean => [user, build].every((one) => isBuiltFor({ components }, one, arch));
  const met = world.met(demand).filter((clause) => isBuilt(clause.arch));
  const by = met.map((clause) => world.metBy(clause));
  if (by.includes(null)) return demand.kind === 'build' ? 'build' : 'run';
  const [name = ''] = namesIn(demand.clause.scheme, demand.clause.text);
  const isCopied = isEmbeddedComponent({ components }, build) || embedding.some((pattern) => names(pattern, name));
  if (demand.kind === 'build' && isCopied) return 'embedding';
  return by.includes('others') ? 'moved' : null;
}

interface Found extends CompareQuestion {
  readonly lost: readonly { readonly demand: NetworkDemand; readonly kind: LossKind }[];
  readonly wants: readonly NetworkDemand[];
}

function addedBy(network: Network, component: number, { lost, wants, scope, question }: Found): Comparison['added'] {
  const id = network.components.get(component);
  const found = new Map<number, string>();
  const add = ({ component: of, clause }: NetworkDemand, because: string): void => {
    if (found.has(of) || question.counts[of] !== 1) return;
    if (!isTool(question, id, namesIn(clause.scheme, clause.text))) found.set(of, because);
  };
  for (const { demand, kind } of lost) {
    if (kind !== 'run' && kind !== 'embedding') continue;
    add(demand, lossWords(kind, demand.clause.text, demand.owner ?? 'it', id));
  }
  for (const demand of scope === 'direct' ? wants : []) {
    if (demand.kind !== 'contains') add(demand, directWords(demand.clause.text, id));
  }
  addHoldersOf(network, component, found, question);
  return inWords(network, found);
}

function inWords(network: Network, found: ReadonlyMap<number, string>): Comparison['added'] {
  return [...found].map(([of, because]) => ({
    component: network.components.get(of),
    because: because.slice(0, 500),
  }));
}

function addHoldersOf(network: Network, component: number, found: Map<number, string>, question: Question): void {
  const hits = new Hits();
  for (const of of found.keys()) hits.add(of, 'runtime', 0);
  const before = hits.length;
  // That a component is a tool for building others is no reason to leave its old build in an image.
  addHolders(hits, network, { ...question, tools: [], changed: [component] });
  for (let n = before; n < hits.length; n++) {
    found.set(hits.component(n), `it contains ${network.components.get(-1 - hits.source(n))}`);
  }
}
