import { assertNever, isRefusal, parkUntil, type Decide } from '@millrace/kernel';
import { isAct } from './acts/act-input';
import { decideActs } from './acts/decide-acts';
import { isIdle } from './advance';
import { giveWay, placeFollowed } from './beside';
import { broke, ended, looked, slotGranted, stepDue, submitted } from './builds';
import { decideCapacity } from './capacity';
import { decideWatch } from './decide-watch';
import { changeHeard, changeReported, changeUnchecked, unknownRelease } from './changes';
import { compared } from './compare';
import { checkCascade, placeClosed, placeDue, placeUnclosed, remembered } from './completion';
import { decideTrigger } from './decide-trigger';
import { isBaseline } from './baseline/baseline-input';
import { decideBaseline } from './baseline/decide-baseline';
import { decideMode } from './modes/decide-mode';
import { isMode } from './modes/mode-input';
import { admitted, verdictDecided } from './gate';
import { handAgain, handEnded, handLost } from './hand-made';
import { askGroups, groupDecided, groupGathered, groupUngathered } from './group-gate/group-gate';
import { decideLanding } from './landing/decide-landing';
import { isLanding } from './landing/landing-input';
import type { CascadeInput, ChangeInput, Input, RebuildInput, ReleaseInput } from './input';
import { cancelOrphans, decidePerson, sweep } from './people';
import { advanceFresh, planDue, planFailed, planMade, planPart, restart, tierOpened } from './plan';
import { reconcile } from './reconcile';
import { applyRelease, buildsDue, buildsSeen, sourcesDue, sourcesPolled } from './releases';
import { decideSideTag } from './side-tags/decide-side-tag';
import { isSideTag } from './side-tags/side-tag-input';
import { assembled } from './stack';
import type { State } from './state';
import { isTrigger } from './trigger-input';
import { Turn } from './turn';
import { isWatch } from './watch-input';
import { startWaiting } from './waiting';

/** The scheduler's heart: what an input changes, and what is to be said and done about it. Pure. */
export const decide: Decide<State, Input> = (state, input, context) => {
  const turn = new Turn(state, context, 'release' in input ? input.release : null);
  if (input.type === 'verdict.decided' && !turn.find('builds', input.build)) {
    return parkUntil(`build/${input.build}`, `no build ${input.build} is known yet`);
  }
  const reply = handle(turn, input);
  if (isRefusal(reply)) return reply;
  if (input.type !== 'cascade.check') lookForTheEnd(turn);
  return turn.done(reply ?? undefined);
};

function handle(turn: Turn, input: Input): unknown {
  if (!('release' in input)) return decideCapacity(turn, input);
  const known = turn.find('releases', input.release) !== undefined;
  // The resolver has graphs of releases too that are not built here.
  if (!known && input.type === 'graph.published') return null;
  if (!known && input.type !== 'release.apply') return unknownRelease(input.release);
  if (isWatch(input)) return decideWatch(turn, input);
  if (isAct(input)) return decideActs(turn, input);
  if (isTrigger(input)) return decideTrigger(turn, input);
  if (isLanding(input)) return decideLanding(turn, input);
  if (isSideTag(input)) return decideSideTag(turn, input);
  if (isMode(input)) return decideMode(turn, input);
  if (isBaseline(input)) return decideBaseline(turn, input);
  switch (input.type) {
    case 'cascade.hold':
    case 'cascade.resume':
    case 'cascade.cancel':
    case 'cascade.skip':
    case 'cascade.retry':
    case 'cascade.raise':
    case 'cascade.add':
    case 'cascade.remove':
    case 'build.adopt':
      return decidePerson(turn, input);
    case 'hand.ended':
      return handEnded(turn, input.ended);
    case 'hand.again':
      return handAgain(turn, input.build);
    case 'hand.lost':
      return handLost(turn, input.system, input.build);
    case 'build.cancelled':
      // Its rebuild went on when the cancelling was ordered: there is nothing left to decide.
      return null;
    case 'verdict.decided':
      return verdictDecided(turn, input);
    case 'slot.granted':
      return slotGranted(turn, input);
    default:
      if ('rebuild' in input) return handleAttempt(turn, input);
      if ('cascade' in input) return handleCascade(turn, input);
      return handleRelease(turn, input);
  }
}

/** About one attempt of a rebuild: what comes from an earlier one is out of date and changes nothing. */
function handleAttempt(turn: Turn, input: Exclude<RebuildInput, { type: 'slot.granted' }>): void {
  const rebuild = turn.find('rebuilds', input.rebuild);
  if (!rebuild || rebuild.attempt !== input.attempt) return outlived(turn, input);
  switch (input.type) {
    case 'build.submitted':
      if (rebuild.state === 'submitting') return submitted(turn, rebuild, input.build);
      return outlived(turn, input);
    case 'build.looked':
      return looked(turn, rebuild, input);
    case 'build.ended':
      return ended(turn, rebuild, input.ended);
    case 'build.broke':
      return broke(turn, rebuild, input.step, input.fault);
    case 'step.due':
      return stepDue(turn, rebuild, input.step);
    case 'build.compared':
      return compared(turn, rebuild, input);
    case 'build.admitted':
      return admitted(turn, rebuild, input.repository);
    case 'stack.assembled':
      return assembled(turn, rebuild, input);
    default:
      return assertNever(input);
  }
}

/** A build that was submitted for an attempt which nobody wants any more is cancelled. */
function outlived(turn: Turn, input: Exclude<RebuildInput, { type: 'slot.granted' }>): void {
  if (input.type !== 'build.submitted') return;
  const rebuild = turn.find('rebuilds', input.rebuild);
  if (rebuild?.attempt === input.attempt && rebuild.build === input.build) return;
  const component = input.rebuild.split('/').slice(1, -1).join('/');
  turn.work('build.cancel', input.build, { release: input.release, component, build: input.build });
}

function handleCascade(turn: Turn, input: CascadeInput): void {
  switch (input.type) {
    case 'plan.part':
      return planPart(turn, input);
    case 'plan.made':
      return planMade(turn, input.cascade, input.number, input.plan);
    case 'plan.failed':
      return planFailed(turn, input.cascade, input.number, input.fault);
    case 'plan.due':
      return planDue(turn, input.cascade);
    case 'cascade.advance':
      return advanceFresh(turn, input.cascade);
    case 'cascade.restart':
      return restart(turn, input.cascade);
    case 'cascade.sweep':
      return sweep(turn, input.cascade);
    case 'cascade.give-way':
      return giveWay(turn, input);
    case 'cascade.orphans':
      return cancelOrphans(turn, input.cascade, input.rebuilds, input.because);
    case 'tier.opened':
      return tierOpened(turn, input.cascade, input.tier);
    case 'cascade.check':
      return checkCascade(turn, input.cascade);
    case 'cascade.reconcile':
      return reconcile(turn, input.cascade, input.all);
    case 'place.closed':
      return placeClosed(turn, input.cascade, input.outcome, input.repository);
    case 'cascade.remember':
      return remembered(turn, input);
    case 'place.followed':
      return placeFollowed(turn, input);
    case 'place.unclosed':
      return placeUnclosed(turn, input.cascade, input.outcome, input.fault);
    case 'place.due':
      return placeDue(turn, input.cascade);
    case 'group.gathered':
      return groupGathered(turn, input);
    case 'group.ungathered':
      return groupUngathered(turn, input);
    case 'group.decided':
      return groupDecided(turn, input);
    default:
      return assertNever(input);
  }
}

function handleRelease(turn: Turn, input: ReleaseInput | ChangeInput): unknown {
  switch (input.type) {
    case 'release.apply':
      return applyRelease(turn, input);
    case 'sources.due':
      return sourcesDue(turn, input.release);
    case 'sources.polled':
      return sourcesPolled(turn, input);
    case 'builds.due':
      return buildsDue(turn, input.release, input.system);
    case 'builds.seen':
      return buildsSeen(turn, input);
    case 'change.heard':
      return changeHeard(turn, input);
    case 'change.reported':
      return changeReported(turn, input.change, input.asked);
    case 'change.unchecked':
      return changeUnchecked(turn, input.order, input.fault);
    case 'changes.due':
      return startWaiting(turn, input.release);
    default:
      return assertNever(input);
  }
}

/** Groups of builds that are whole are asked about; where nothing moves any more it is looked at for the end. */
function lookForTheEnd(turn: Turn): void {
  for (const id of turn.touched('cascades')) {
    askGroups(turn, turn.row('cascades', id));
    const cascade = turn.row('cascades', id);
    if (isIdle(cascade)) turn.self({ type: 'cascade.check', release: cascade.release, cascade: id });
  }
}
