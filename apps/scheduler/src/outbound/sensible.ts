import type { DoorReply, doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';

type Impact = Pick<DoorReply<typeof doors.resolver.impact>, 'snapshot' | 'rebuilds'>;

/**
 * The resolver's order, which a plan can be laid down from: of the snapshot that the plan is frozen on (null: of any), each
 * rebuild once, and every need below the one that needs it. Anything else would leave a cascade that waits for what is not
 * in it.
 *
 * @throws AppError `plan-nonsense` (unavailable: the resolver is asked again)
 */
export function sensible<Answer extends Impact>(impact: Answer, frozen: string | null): Answer {
  const { snapshot, rebuilds } = impact;
  if (frozen !== null && snapshot !== frozen) {
    throw nonsense(`it is about snapshot ${snapshot}, and the plan is frozen on ${frozen}`);
  }
  const tiers = new Map(rebuilds.map((one) => [keyOf(one), one.tier]));
  if (tiers.size < rebuilds.length) throw nonsense(`it has ${rebuilds.length - tiers.size} rebuilds twice`);
  for (const one of rebuilds) {
    for (const need of one.needs) {
      const tier = tiers.get(keyOf(need));
      if (tier === undefined) throw nonsense(`${keyOf(one)} needs ${keyOf(need)}, which is not in it`);
      if (tier >= one.tier) throw nonsense(`${keyOf(one)} of tier ${one.tier} needs ${keyOf(need)} of tier ${tier}`);
    }
  }
  return impact;
}

/** @throws AppError `answer-outdated` (unavailable) when the resolver answered for another snapshot than it was asked about */
export function ofSnapshot<Answer extends { readonly snapshot?: string | undefined }>(
  answer: Answer,
  asked: string,
): Answer {
  if (answer.snapshot === undefined || answer.snapshot === asked) return answer;
  throw new AppError({
    code: 'answer-outdated',
    kind: 'unavailable',
    message: `the resolver answered for snapshot ${answer.snapshot}, and was asked about ${asked}`,
    remedy: 'look at the log of the resolver; it is asked again, and the cascade is as it was',
  });
}

function keyOf({ component, pass }: { readonly component: string; readonly pass: number }): string {
  return pass === 1 ? component : `${component} (pass ${pass})`;
}

function nonsense(what: string): AppError {
  return new AppError({
    code: 'plan-nonsense',
    kind: 'unavailable',
    message: `the resolver's answer is no order to build in: ${what}`,
    remedy: 'look at the log of the resolver; it is asked again, and the cascade is as it was',
  });
}
