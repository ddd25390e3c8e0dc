import type { DoorReply, doors } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import { explainGraph } from '../domain/explain';
import { around, shortestPath, type DependencyKind, type Unresolved } from '../domain/neighbours';
import { orderOf } from '../domain/order';
import { isRebuildable } from '../domain/policy';
import { didYouMean } from '../domain/suggest';
import type { View, Views } from '../domain/views';

type Replies = {
  readonly [Name in 'dependants' | 'path' | 'knots' | 'graph']: DoorReply<(typeof doors.resolver)[Name]>;
};

/** Requirements that are listed at most; the counts of the snapshot are whole. */
const mostListed = 5000;

export interface DependantsRequest {
  readonly release: string;
  readonly component: ComponentId;
  readonly direction: 'dependants' | 'dependencies';
  readonly kind: DependencyKind | 'any';
  readonly depth: number;
}

export async function answerDependants(request: DependantsRequest, views: Views): Promise<Replies['dependants']> {
  const view = await views.newest(request.release);
  const component = known(view, request.component);
  const { direction, kind, depth } = request;
  const found = around(view.graph(), component, direction, kind, depth);
  return { snapshot: view.snapshot.id, component, found: [...found] };
}

export async function answerPath(
  request: { readonly release: string; readonly from: ComponentId; readonly to: ComponentId },
  views: Views,
): Promise<Replies['path']> {
  const view = await views.newest(request.release);
  const path = shortestPath(view.graph(), known(view, request.from), known(view, request.to));
  return { snapshot: view.snapshot.id, path: [...path] };
}

export async function answerKnots(request: { readonly release: string }, views: Views): Promise<Replies['knots']> {
  const { snapshot, world, reach } = await views.newest(request.release);
  const all = world.components.map((_, n) => n).filter((n) => isRebuildable(world.components[n]!, reach));
  return { snapshot: snapshot.id, knots: orderOf(world, all).knots.map((knot) => [...knot]) };
}

export async function answerGraph(request: { readonly release: string }, views: Views): Promise<Replies['graph']> {
  const release = await views.release(request.release);
  const state = { release: release.id, importing: release.importing !== null, problem: release.problem };
  if (release.snapshot === null) {
    const empty = { snapshot: null, digest: null, at: null, components: [], dependencies: 0, unresolved: [] };
    return { ...state, ...empty, because: explainGraph(release, null) };
  }
  const view = await views.newest(release.id);
  const { snapshot, world } = view;
  return {
    ...state,
    ...{ snapshot: snapshot.id, digest: snapshot.digest, at: snapshot.at },
    because: explainGraph(release, snapshot),
    components: [
      ...world.components.map(({ component, external, nvr }) => ({ component, external, nvr })),
      ...view.graph().externals.map((component) => ({ component, external: true, nvr: null })),
    ],
    dependencies: view.graph().edges.length,
    unresolved: [...problemsOf(view), ...view.graph().unresolved].slice(0, mostListed),
  };
}

/** Sources that could not be read, in the words of the report. */
function problemsOf({ world }: View): readonly Unresolved[] {
  return world.components.flatMap(({ component, problem }) =>
    problem === null ? [] : [{ component, requirement: 'its source', hint: problem }],
  );
}

function known(view: View, component: ComponentId): ComponentId {
  const graph = view.graph();
  if (view.world.indexOf.has(component) || graph.into.has(component)) return component;
  throw new AppError({
    code: 'component-unknown',
    kind: 'missing',
    message: `the graph of ${view.snapshot.release} has no component '${component}'`,
    remedy: didYouMean(component, view.world.indexOf.keys()),
  });
}
