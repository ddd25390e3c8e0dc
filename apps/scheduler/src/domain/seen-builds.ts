import { digestOf } from '@millrace/kernel';
import type { BuildRow } from './state';
import type { Turn } from './turn';

/**
 * A build that belongs to no cascade appeared in a build system: a change of its component. The rules of the release
 * say whether it starts a cascade; that takes the build as it is, and builds its component not once more.
 */
export function buildAppeared(turn: Turn, build: BuildRow, by: string): void {
  if (build.state !== 'complete' || build.bootstrap || build.origin !== 'hand') return;
  const { release, component, source, nvr } = build;
  turn.self({
    type: 'change.reported',
    release,
    asked: false,
    change: {
      ...{ id: `ch-${digestOf(build.id).slice(7, 19)}`, release, kind: 'build', all: false, unknown: [] },
      components: [{ component, source, nvr }],
      ...{ urgency: 'normal', by, why: `${nvr ?? build.id} was built by hand`, build: build.id },
      message: { source: 'build-system', id: build.id },
    },
  });
}
