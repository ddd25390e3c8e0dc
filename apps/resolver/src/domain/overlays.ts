import { doWork, later, put, wakeAt, type DecideContext, type Decision, type WorkEffect } from '@millrace/kernel';
import { work, type ContentsOrder, type ResolverInput } from './input';
import { layerId, overlayId, type LayerRow, type OverlayRow, type ResolverState } from './state';

type Of<Type extends ResolverInput['type']> = Extract<ResolverInput, { type: Type }>;

/** Contents that could not be had are asked for again after this time, for as long as the cascade runs. */
const retryMs = 15_000;

/** A build of a running cascade was validated: its contents are wanted for the overlay. */
export function buildValidated(state: ResolverState, input: Of<'build-validated'>): Decision<ResolverState> {
  const { release, cascade, number, component, contents, bootstrap } = input;
  const id = overlayId(release, cascade);
  const overlay: OverlayRow = state.overlays.get(id) ?? { id, revision: 0, release, cascade, closed: false };
  const layer = layerId(id, number);
  if (overlay.closed || state.layers.has(layer)) return { state, effects: [] };
  // A bootstrap build never counts for others, and what is assembled has no packages of its own.
  const bare = bootstrap || !component.startsWith('rpm/');
  const row: LayerRow = {
    ...{ id: layer, revision: 0, overlay: id, release, cascade, number, component, contents },
    ...{ asked: bare ? 0 : 1, state: bare ? 'bare' : 'wanted', facts: null },
  };
  return {
    state: put(put(state, 'overlays', overlay), 'layers', row),
    effects: bare ? [] : [fetchContents(row)],
  };
}

export function contentsWanted(state: ResolverState, input: Of<'contents-wanted'>): Decision<ResolverState> {
  const layer = state.layers.get(input.layer);
  if (!layer || layer.state !== 'wanted' || isClosed(state, layer)) return { state, effects: [] };
  const again = { ...layer, asked: layer.asked + 1 };
  return { state: put(state, 'layers', again), effects: [fetchContents(again)] };
}

export function contentsFetched(
  state: ResolverState,
  input: Of<'contents-fetched'>,
  context: DecideContext,
): Decision<ResolverState> {
  const layer = state.layers.get(input.layer);
  if (!layer || layer.state !== 'wanted' || isClosed(state, layer)) return { state, effects: [] };
  if (!input.outcome.ok) {
    const again: ResolverInput = { type: 'contents-wanted', release: layer.release, layer: layer.id };
    return { state, effects: [wakeAt(`contents/${layer.id}`, later(context.at, retryMs), again)] };
  }
  const { digest, facts } = input.outcome.value;
  const known = state.facts.has(digest) ? state : put(state, 'facts', { id: digest, revision: 0, facts });
  return { state: put(known, 'layers', { ...layer, state: 'laid', facts: digest }), effects: [] };
}

/** The overlay of an ended cascade takes no more builds, late messages about them included. */
export function closeOverlay(state: ResolverState, input: Of<'cascade-ended'>): ResolverState {
  const { release, cascade } = input;
  const id = overlayId(release, cascade);
  return put(state, 'overlays', { ...(state.overlays.get(id) ?? { id, revision: 0, release, cascade }), closed: true });
}

function isClosed(state: ResolverState, layer: LayerRow): boolean {
  return state.overlays.get(layer.overlay)?.closed ?? false;
}

function fetchContents(layer: LayerRow): WorkEffect {
  const order: ContentsOrder = { release: layer.release, layer: layer.id, contents: layer.contents };
  return doWork(work.fetchContents, `${layer.id}#${layer.asked}`, order);
}
