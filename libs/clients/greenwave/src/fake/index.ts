import { serveJson, type FixtureAnswer } from '@millrace/testing/http';
import type { Decision } from '../schema';

/** A Greenwave that says what it was told to say. */
export interface FakeGreenwave {
  readonly url: string;
  /** What it answers about a subject from now on; a subject without a decision is one that no policy speaks about. */
  decides(subject: string, decision: Partial<Decision>): void;
  /** From now on it answers every question with this status; 200: as usual. */
  fails(status: number): void;
  /** Bodies of the questions, oldest first. */
  readonly questions: readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

const satisfied: Decision = {
  policies_satisfied: true,
  summary: 'No tests are required',
  satisfied_requirements: [],
  unsatisfied_requirements: [],
  applicable_policies: ['fake'],
};

export async function startFakeGreenwave(): Promise<FakeGreenwave> {
  const decisions = new Map<string, Decision>();
  const questions: Readonly<Record<string, unknown>>[] = [];
  let failing = 200;
  const answer = (question: Readonly<Record<string, unknown>>): FixtureAnswer => {
    if (failing !== 200) return { status: failing, body: { message: 'it fails' } };
    if (!question['product_version']) return { status: 400, body: { message: 'Missing required product version' } };
    const found = decisions.get(String(question['subject_identifier']));
    const where = `${String(question['subject_type'])} subjects at gating point(s) ${String(question['decision_context'])}`;
    const message = `Found no applicable policies for ${where} in ${String(question['product_version'])}`;
    return found ? { status: 200, body: found } : { status: 404, body: { message } };
  };
  const server = await serveJson((request, text) => {
    const isDecision = request.method === 'POST' && request.url === '/api/v1.0/decision';
    if (!isDecision) return { status: 404, body: { message: 'Not found' } };
    const question = JSON.parse(text) as Readonly<Record<string, unknown>>;
    questions.push(question);
    return answer(question);
  });
  return {
    url: `${server.url}/api/v1.0`,
    decides: (subject, decision) => void decisions.set(subject, { ...satisfied, ...decision }),
    fails: (status) => void (failing = status),
    questions,
    stop: () => server.stop(),
  };
}
