import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';
import { adoptionPaging, baselineLooking } from './adoption';
import { baseLooking } from './base-look';
import { buildCancelling, buildLooking, buildSubmission, handCollecting } from './build';
import { channelLooking } from './channels';
import { followChecking } from './follow/check';
import { followLooking } from './follow/look';
import { admitting, assembling, comparing } from './gate';
import { groupGathering } from './group-gate';
import { landingChecking, landingExecuting, landingUndoing } from './landing';
import { graphLooking } from './graph-look';
import type { Outside } from './outside';
import { placeClosing, placeFollowing } from './place';
import { planMaking } from './plan';
import type { Bumps } from './rebuild-source';
import { sideTagWorks } from './side-tags';
import { snapshotChecking } from './snapshot';
import { buildsWatching, changeChecking, sourcePolling } from './watch';

/** Every call that the scheduler makes to the outside. */
export function worksOf(outside: Outside, bumps: Bumps): readonly WorkKind<never, unknown, Input>[] {
  return [
    planMaking(outside),
    adoptionPaging(outside),
    baselineLooking(outside),
    changeChecking(outside, bumps),
    sourcePolling(outside),
    snapshotChecking(outside),
    channelLooking(outside),
    graphLooking(outside),
    baseLooking(outside),
    followLooking(outside),
    followChecking(outside, bumps),
    buildsWatching(outside),
    handCollecting(outside),
    buildSubmission(outside, bumps),
    buildLooking(outside),
    buildCancelling(outside),
    comparing(outside),
    admitting(outside),
    assembling(outside),
    groupGathering(outside),
    landingChecking(outside),
    landingExecuting(outside),
    landingUndoing(outside),
    placeClosing(outside),
    placeFollowing(outside),
    ...sideTagWorks(outside),
  ];
}
