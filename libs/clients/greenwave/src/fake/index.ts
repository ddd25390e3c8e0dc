import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  const answer = (question: Readonly<Record<string, unknown>>): { status: number; body: unknown } => {
    if (failing !== 200) return { status: failing, body: { message: 'it fails' } };
    if (!question['product_version']) return { status: 400, body: { message: 'Missing required product version' } };
    const found = decisions.get(String(question['subject_identifier']));
    const where = `${String(question['subject_type'])} subjects at gating point(s) ${String(question['decision_context'])}`;
    const message = `Found no applicable policies for ${where} in ${String(question['product_version'])}`;
    return found ? { status: 200, body: found } : { status: 404, body: { message } };
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const isDecision = request.method === 'POST' && request.url === '/api/v1.0/decision';
      const question = isDecision ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
      if (isDecision) questions.push(question);
      const { status, body } = isDecision ? answer(question) : { status: 404, body: { message: 'Not found' } };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1.0`,
    decides: (subject, decision) => void decisions.set(subject, { ...satisfied, ...decision }),
    fails: (status) => void (failing = status),
    questions,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
