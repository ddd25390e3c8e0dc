import type { Asked, Mapped, Webhook, WebhookAdapter } from '../adapter';
import { needSubject, subjectIn } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { cdEvent, type CdEvent } from './schema';

/** CDEvents: runs of test cases and of test suites, as a CloudEvent in either mode. */
export const cdevents: WebhookAdapter = {
  name: 'cdevents',
  proof: { kind: 'signature', headers: ['x-hub-signature-256', 'webhook-signature-256'], orBearer: true },
  map: ({ headers, body, asked }: Webhook): Mapped => {
    const event = cdEvent.parse(eventIn(headers, body));
    const match = /^dev\.cdevents\.(testcaserun|testsuiterun)\.([a-z]+)\.\d+\.\d+\.\d+(-\S+)?$/.exec(
      event.context.type,
    );
    if (!match) return { ignored: `events of the type '${event.context.type.slice(0, 100)}' are of no interest` };
    return { found: [foundOf(event, match[1]!, match[2]!, asked)] };
  },
};

/** Structured mode has the event as the data of an envelope; in binary mode the body is the event. */
function eventIn(headers: Readonly<Record<string, string>>, body: unknown): unknown {
  const structured = (headers['content-type'] ?? '').startsWith('application/cloudevents+json');
  const enveloped = typeof body === 'object' && body !== null && 'specversion' in body && 'data' in body;
  return structured || enveloped ? (body as { readonly data?: unknown } | null)?.data : body;
}

function foundOf(event: CdEvent, kind: string, happened: string, asked: Asked) {
  const { context, subject } = event;
  const { content } = subject;
  const outcome = outcomeOf(happened, content.outcome);
  const tested = kind === 'testcaserun' ? content.testCase : content.testSuite;
  const name = tested?.name ?? tested?.id ?? subject.id;
  const custom = typeof event.customData === 'object' ? (event.customData as Record<string, unknown> | null) : null;
  return {
    key: `${context.source}/${context.id}`,
    testcase: asked.testcase ?? `cdevents.${name}`,
    testcaseUrl: tested?.uri,
    outcome,
    url: typeof custom?.['url'] === 'string' ? custom['url'] : content.trigger?.uri,
    run: `cdevents:${context.source}/${content.testSuiteRun?.id ?? subject.id}`,
    note: content.reason,
    data: {
      ...needSubject(subjectIn(asked, custom), 'customData'),
      environment: content.environment?.id,
      severity: content.severity,
      error_reason: outcome === 'ERROR' ? content.reason : null,
      ci_name: context.source,
    },
    occurred: occurredAt(context.timestamp),
  };
}

const outcomes: Readonly<Record<string, string>> = {
  pass: 'PASSED',
  success: 'PASSED',
  fail: 'FAILED',
  failure: 'FAILED',
  cancel: 'ERROR',
  error: 'ERROR',
};

function outcomeOf(happened: string, given: string | null | undefined): string {
  switch (happened) {
    case 'queued':
      return 'QUEUED';
    case 'started':
      return 'RUNNING';
    case 'skipped':
      return 'NOT_APPLICABLE';
    case 'finished': {
      const outcome = given && Object.hasOwn(outcomes, given) ? outcomes[given] : undefined;
      if (outcome) return outcome;
      throw wrong(
        ['subject', 'content', 'outcome'],
        `is '${(given ?? '').slice(0, 40)}', not one of ${Object.keys(outcomes).join(', ')}`,
      );
    }
    default:
      throw wrong(['context', 'type'], `says '${happened}', not one of queued, started, finished, skipped`);
  }
}
