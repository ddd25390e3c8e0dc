import { isRemoteFault, isSatisfied, type Answer } from './answer';

/** A waiver as answers look at it: it is for this subject type, identifier and product version already. */
export interface AnswerWaiver {
  readonly number: number;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly testcase: string;
  /** null: all scenarios. */
  readonly scenario: string | null;
}

/** Unsatisfied answers with a waiver become waived ones; those about remote files vanish. */
export function waiveAnswers(answers: readonly Answer[], waivers: readonly AnswerWaiver[]): readonly Answer[] {
  return answers.flatMap((answer) => {
    if (isSatisfied(answer)) return [answer];
    const waiver = waivers.find((one) => fits(one, answer));
    if (!waiver) return [answer];
    return isRemoteFault(answer.kind) ? [] : [waived(answer, waiver.number)];
  });
}

function fits(waiver: AnswerWaiver, answer: Answer): boolean {
  return (
    waiver.testcase === answer.testcase &&
    waiver.subject_id === answer.subject.item &&
    (waiver.subject_type === answer.subject.type.id || answer.subject.type.aliases.includes(waiver.subject_type)) &&
    (!waiver.scenario || waiver.scenario === answer.scenario)
  );
}

function waived(answer: Answer, waiver_id: number): Answer {
  const kept = Object.entries(answer.requirement).filter(([key]) => key !== 'item');
  const requirement = { ...Object.fromEntries(kept), type: `${answer.requirement.type}-waived`, waiver_id };
  return { ...answer, kind: 'waived', requirement };
}
