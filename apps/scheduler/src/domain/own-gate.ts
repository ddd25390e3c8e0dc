import { schedulerResultReported } from '@millrace/contracts';
import type { Turn } from './turn';
import type { GatedBuild } from './watch-input';

/** Test case of a build system that gates by itself: a gate with this rule is `gate: build-system`. */
const ownGateTest = 'millrace.build-system.ready';

/** The build system's own word on a build is a result like any other: the verdict comes from one place. */
export function buildGated(turn: Turn, { ref, outcome, note }: GatedBuild): void {
  const build = turn.find('builds', ref);
  if (!build?.subject) return;
  const { subject, release } = build;
  turn.say(
    schedulerResultReported,
    subject.id,
    { subject, release, build: ref, test: ownGateTest, outcome, note },
    build.component,
  );
}
