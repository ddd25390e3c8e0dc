import type { DoorReply, doors } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import { explainGraph } from '../domain/explain';
import { around, shortestPath, type DependencyKind, type Unresolved } from '../domain/neighbours';
import { orderOf } from '../domain/order';
import { isRebuildable } from '../domain/policy';
import { didYouMean } from '../domain/suggest';
import { paged, partOf, type Page, type Part } from './page';
import type { View, Views } from '../domain/views';

type Replies = {
  readonly [Name in 'dependants' | 'path' | 'knots' | 'graph']: DoorReply<(typeof doors.resolver)[Name]>;
};

/** Requirements that are listed when no limit is given; the counts of the snapshot are whole. */
const mostListed = 5000;

interface At {
  readonly release: string;
  readonly snapshot?: string | undefined;
}

export interface DependantsRequest extends At, Page {
  readonly component: ComponentId;
  readonly direction: 'dependants' | 'dependencies';
  readonly kind: DependencyKind | 'any';
  readonly depth: number;
}

export async function answerDependants(request: DependantsRequest, views: Views): Promise<Replies['dependants']> {
  const view = await viewAt(request, views);
  const component = known(view, request.component);
  const { direction, kind, depth } = request;
  const found = around(view.graph(), component, direction, kind, depth);
  return { snapshot: view.snapshot.id, component, found: paged(found, request), total: found.length };
}

function viewAt({ release, snapshot }: At, views: Views): Promise<View> {
  return snapshot === undefined ? views.newest(release) : views.at(release, snapshot, null);
}

export async function answerPath(
  request: At & { readonly from: ComponentId; readonly to: ComponentId },
  views: Views,
): Promise<Replies['path']> {
  const view = await viewAt(request, views);
  const path = shortestPath(view.graph(), known(view, request.from), known(view, request.to));
  return { snapshot: view.snapshot.id, path: [...path] };
}

export async function answerKnots(request: At & Page, views: Views): Promise<Replies['knots']> {
  const { snapshot, world, reach } = await viewAt(request, views);
  const all = world.components.map((_, n) => n).filter((n) => isRebuildable(world.components[n]!, reach));
  const { knots } = orderOf(world, all);
  return { snapshot: snapshot.id, knots: paged(knots, request).map((knot) => [...knot]), total: knots.length };
}

export async function answerGraph(request: At & Part, views: Views): Promise<Replies['graph']> {
  const release = await views.release(request.release);
  const state = { release: release.id, importing: release.importing !== null, problem: release.problem };
  if (release.snapshot === null && request.snapshot === undefined) {
    const empty = { snapshot: null, digest: null, at: null, components: [], dependencies: 0, unresolved: [] };
    return { ...state, ...empty, totals: { components: 0, unresolved: 0 }, because: explainGraph(release, null) };
  }
  const view = await viewAt(request, views);
  const { snapshot } = view;
  const components = componentsOf(view);
  const unresolved = [...problemsOf(view), ...view.graph().unresolved];
  return {
    ...state,
    ...{ snapshot: snapshot.id, digest: snapshot.digest, at: snapshot.at },
    because: explainGraph(release, snapshot),
    components: partOf(components, request),
    dependencies: view.graph().edges.length,
    unresolved: partOf(unresolved, { limit: mostListed, ...request }),
    totals: { components: components.length, unresolved: unresolved.length },
  };
}

function componentsOf(view: View): Replies['graph']['components'] {
  return [
    ...view.world.components.map(({ component, external, nvr }) => ({ component, external, nvr })),
    ...view.graph().externals.map((component) => ({ component, external: true, nvr: null })),
  ];
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
