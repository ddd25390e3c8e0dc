import { componentId } from '@millrace/kernel';
import {
  moduleGraph,
  newestBuilds,
  nsvcText,
  type ModuleDescription,
  type ModuleEdge,
  type ModulemdContents,
} from '@millrace/package-metadata';
import { placeholder } from '../../../domain/graph/merge';
import type { Means } from '../importer';
import { streamPolicyInput, type StreamPolicyInput } from './schema';
import { whyNotSupported } from './supported-streams';

type Modules = Pick<ModulemdContents, 'modules' | 'obsoletes'>;

/**
 * Modules with what they contain, in the order of its build, the streams that they are built with, and those that they
 * need at run time; the contexts of a stream are one component. Streams that are needed and not there are external, with a hint; what the policy leaves
 * out, and what came to its end, is told and stands in the graph as external.
 */
export function addModules(
  { modules, obsoletes }: Modules,
  means: Pick<Means, 'builder' | 'findings'>,
  policy: StreamPolicyInput = streamPolicyInput.parse({}),
  at: Date = new Date(),
): void {
  const { builder, findings } = means;
  const whyNot = whyNotSupported(policy, obsoletes, `${at.toISOString().slice(0, 16)}Z`);
  const newest = newestBuilds(modules);
  tellDuplicates(modules, newest, means);
  const ids = new Map<string, string>();
  const streams = new Map<string, number>();
  for (const module of newest) {
    const why = whyNot(module.name, module.stream);
    if (why === null) {
      const id = addModule(module, means);
      ids.set(nsvcText(module), id);
      streamOf(id, streams, means);
    } else findings.leftOut(nsvcText(module), why);
  }
  const supported = (module: string, stream: string): boolean => whyNot(module, stream) === null;
  const { edges, leftOut } = moduleGraph(newest, { policy: { maxStreams: policy.max_streams, supported } });
  for (const edge of edges) {
    const id = ids.get(edge.from);
    if (id !== undefined) addEdge(id, edge, streamOf(id, streams, means), means);
  }
  for (const { from, to, because } of leftOut) {
    const id = ids.get(from);
    if (id === undefined) continue;
    const [name, stream = ''] = to.split(/:(.*)/s);
    const why = because === 'too-many' ? `only ${policy.max_streams} streams are followed` : whyNot(name!, stream);
    builder.problem(id, to, `left out: ${why ?? because}`);
    findings.leftOut(`${from} needs ${to}`, why ?? because);
  }
}

function addModule(module: ModuleDescription, { builder }: Pick<Means, 'builder'>): string {
  const id = componentId('module', module.name, module.stream);
  const component = builder.component(id, module.version ?? '');
  const inside = [
    ...module.components.map((one) => ({ id: componentId('rpm', one.name), order: one.buildOrder })),
    ...(module.modules ?? []).map((one) => ({
      id: componentId('module', one.name, one.ref ?? undefined),
      order: one.buildOrder,
    })),
  ];
  for (const one of inside.sort((a, b) => a.order - b.order)) {
    builder.needs('contains', component, builder.component(one.id, '', placeholder));
  }
  return id;
}

/** A stream as others need it at run time: as libsolv has it, a package that is called `module(NAME:STREAM)`. */
function streamOf(id: string, streams: Map<string, number>, { builder }: Pick<Means, 'builder'>): number {
  const known = streams.get(id);
  if (known !== undefined) return known;
  const name = `module(${id.replace(/^module\//, '')})`;
  const of = builder.package(builder.component(id), name, '', 'noarch');
  builder.offer(of, name, '');
  streams.set(id, of);
  return of;
}

/** What it needs. Its own stream means an older build of it, and the platform is what everything stands on. */
function addEdge(
  id: string,
  { kind, to, role, hint }: ModuleEdge,
  stream: number,
  { builder }: Pick<Means, 'builder'>,
): void {
  if (role === 'platform' || role === 'self') return;
  if (kind === 'runtime')
    builder.needs('runtime', stream, builder.clause('rpm', `module(${to})`, 'noarch', [`module(${to})`]));
  else builder.needs('builtOn', builder.component(id), builder.component(`module/${to}`, '', placeholder));
  if (role === 'external') builder.problem(id, to, hint ?? 'no such stream was imported: it is external');
}

function tellDuplicates(
  all: readonly ModuleDescription[],
  newest: readonly ModuleDescription[],
  { findings }: Pick<Means, 'findings'>,
): void {
  const counts = new Set(newest);
  const seen = new Set<string>();
  for (const module of all) {
    if (!counts.has(module)) findings.duplicate(nsvcText(module), 'there is a newer version, which counts');
    else if (seen.has(nsvcText(module))) findings.duplicate(nsvcText(module), 'it is there more than once');
    seen.add(nsvcText(module));
  }
}
