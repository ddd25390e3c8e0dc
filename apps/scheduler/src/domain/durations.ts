import { msBetween } from '@millrace/kernel';
import { sizeOf } from './budgets/costs';
import type { BuildRow } from './state';
import type { Turn } from './turn';

/** Builds that are remembered to tell how long the next one takes. */
const remembered = 9;

/** How long the component takes to build, and what its packages take: for plans to come. */
export function learnDuration(turn: Turn, build: BuildRow): void {
  if (!build.startedAt || !build.endedAt || build.bootstrap) return;
  const ms = msBetween(build.startedAt, build.endedAt);
  if (ms <= 0) return;
  const id = `${build.release}/${build.component}`;
  const old = turn.find('durations', id);
  const recent = [...(old?.recent ?? []), ms].slice(-remembered);
  const typical = [...recent].sort((a, b) => a - b)[recent.length >> 1]!;
  const { release, component } = build;
  const bytes = sizeOf(build.contents === null ? undefined : turn.find('contents', build.contents)?.contents);
  const size = bytes === null ? {} : { bytes };
  turn.put('durations', { ...old, id, revision: old?.revision ?? 0, release, component, recent, typical, ...size });
}
