import { waiverWanted } from '@millrace/contracts';
import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import type { Turn } from '../turn';
import type { ActInput } from './act-input';
import { cascadesOf, mostActs } from './reach';

type Wanted = Extract<ActInput, { type: 'waivers.wanted' }>;

/** Waivers are the bridge's: it is told of each reason that keeps a gate shut and that somebody wants passed over. */
export function wantWaivers(turn: Turn, input: Wanted): Refusal | object {
  const { release, scope, comment, expires, tests } = input;
  const cascades = cascadesOf(turn, scope);
  if (isRefusal(cascades)) return cascades;
  if (expires !== null && expires <= turn.at) {
    return refuse('waiver-over', `the waivers would end at ${expires}, which is past`, 'give a time to come');
  }
  const cascade = scope.cascade === null ? '' : ` ${scope.cascade}`;
  if (tests.length === 0) {
    const remedy = `look at \`millrace cascade explain${cascade || ' CASCADE'}\` and \`millrace gate show NVR\``;
    return refuse('nothing-open', 'no gate there is kept shut by a test', remedy, 'conflict');
  }
  if (tests.length > mostActs) {
    const because = `${tests.length} tests keep gates shut there, and one request is about ${mostActs} at most`;
    return refuse('acts-too-many', because, 'name a tier or a component');
  }
  for (const test of tests) turn.self({ type: 'waiver.wanted', release, comment, expires, test });
  return {
    done: true,
    text: `${tests.length} waivers are wanted; the gates are asked anew`,
    acts: tests.map(({ cascade: id, component, subject, test }) => {
      return { cascade: id, component, done: true, text: `${test} is waived for ${subject.id}` };
    }),
    waived: tests.map(({ cascade: id, component, subject, test }) => {
      return { cascade: id, component, subject: subject.id, test };
    }),
  };
}

export function wantWaiver(turn: Turn, { test: open, comment, expires }: Extract<ActInput, { type: 'waiver.wanted' }>) {
  const { cascade, component, build, subject, test } = open;
  const about = {
    cascade,
    release: turn.release!,
    component,
    build,
    subject: { ...subject, aliases: [...subject.aliases] },
  };
  turn.say(waiverWanted, subject.id, { ...about, testcase: test, by: turn.context.who, comment, expires }, component);
  return { done: true, text: `${test} is waived for ${subject.id}` };
}
