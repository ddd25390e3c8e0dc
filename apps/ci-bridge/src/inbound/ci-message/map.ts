import { digestOf } from '@millrace/kernel';
import { z } from 'zod';
import { crop, dataOf, longestReason } from '../../domain/bounds';
import type { Input, ResultDraft } from '../../domain/input';
import { uuidOf } from '../../domain/uuid';
import { parseSpan } from '../../domain/stamp';
import { unmappable, wrong } from '../wrong';
import { artifactMapper, artifactTypes } from './artifacts';
import { ciMessage, type CiMessage } from './schema';

/** A CI message as it came: the topic tells whether the test is queued, running, complete or could not be run. */
export interface Report {
  readonly topic: string;
  readonly body: unknown;
}

const remedy = 'send it again as a CI message 0.2.x or 1.x with these members put right';

const events = ['queued', 'running', 'complete', 'error'] as const;
type Event = (typeof events)[number];

/** A CI message 0.2.x or 1.x as an input; what cannot be mapped names the member that is wrong. */
export function mapCiMessage(report: Report, release: string | null, publisher: string | null = null): Input {
  try {
    return { type: 'result-reported', draft: draftOf(report, release, publisher) };
  } catch (thrown) {
    if (thrown instanceof z.ZodError)
      return { type: 'result-unmappable', refusal: unmappable(thrown, 'CI message', remedy) };
    throw thrown;
  }
}

/** Is this a topic that CI messages come on? */
export function isCiTopic(topic: string): boolean {
  return /(^|\.)(org\.[^.]+\.[^.]+\.ci|eng\.ci)\./.test(topic) && topic.split('.').some((token) => isEvent(token));
}

function isEvent(token: string): token is Event {
  return (events as readonly string[]).includes(token);
}

function draftOf(report: Report, release: string | null, publisher: string | null): ResultDraft {
  const event = eventOf(report.topic);
  const message = ciMessage.parse(report.body);
  const toData = artifactMapper(message.artifact.type);
  if (!toData)
    throw wrong(['artifact', 'type'], `is '${message.artifact.type}', not one of ${artifactTypes.join(', ')}`);
  const occurred = parseSpan(message.generated_at);
  if (!occurred) throw wrong(['generated_at'], 'is no ISO 8601 time');
  const { namespace, type, category, docs } = message.test;
  checkNamespace(report.topic, namespace);
  return {
    source: `ci-message:${digestOf(report)}`,
    testcase: { name: `${namespace}.${type}.${category}`, ...(docs ? { ref_url: crop(docs, 2048) } : {}) },
    outcome: outcomeOf(event, message),
    ref_url: crop(message.run.url, 2048),
    note: message.test.note ? crop(message.test.note) : null,
    // One group per run, whichever of its messages comes first.
    groups: [{ uuid: uuidOf(message.run.url), ref_url: crop(message.run.url, 2048) }],
    data: {
      ...artifactData(toData, message),
      ...contactData(message),
      ...errorData(event, message),
      ...dataOf({ publisher_id: publisher }),
    },
    submit_time: null,
    occurred,
    release,
    namespace,
    ...(publisher === null ? {} : { publisher }),
  };
}

/** `org.centos.prod.ci.koji-build.test.complete`, or `VirtualTopic.eng.ci.osci.brew-build.complete.…`. */
function eventOf(topic: string): Event {
  const found = topic.split('.').findLast(isEvent);
  if (!found) throw wrong(['topic'], `is '${crop(topic, 100)}' and names none of ${events.join(', ')}`);
  return found;
}

/** A topic of the Unified Message Bus names whose tests it is for: nobody may speak for others on it. */
function checkNamespace(topic: string, namespace: string): void {
  const bound = /(?:^|[./:])VirtualTopic\.eng\.ci\.([^.]+)\./.exec(topic)?.[1];
  if (bound === undefined || namespace === bound || namespace.startsWith(`${bound}.`)) return;
  throw wrong(['test', 'namespace'], `is '${crop(namespace, 100)}', but the topic is bound to '${crop(bound, 100)}'`);
}

const resultWords: Readonly<Record<string, string>> = {
  passed: 'PASSED',
  pass: 'PASSED',
  failed: 'FAILED',
  fail: 'FAILED',
  failure: 'FAILED',
  info: 'INFO',
  needs_inspection: 'NEEDS_INSPECTION',
  not_applicable: 'NOT_APPLICABLE',
};

function outcomeOf(event: Event, { test }: CiMessage): string {
  if (event === 'queued') return 'QUEUED';
  if (event === 'running') return 'RUNNING';
  if (event === 'error') return 'ERROR';
  const word = (test.result ?? '').toLowerCase();
  const outcome = Object.hasOwn(resultWords, word) ? resultWords[word] : undefined;
  if (outcome) return outcome;
  throw wrong(['test', 'result'], `is '${crop(word, 40)}', not one of ${Object.keys(resultWords).join(', ')}`);
}

/** Problems of an artifact are named by their place in the whole message. */
function artifactData(toData: NonNullable<ReturnType<typeof artifactMapper>>, message: CiMessage): ResultDraft['data'] {
  try {
    return toData(message.artifact, message);
  } catch (thrown) {
    if (!(thrown instanceof z.ZodError)) throw thrown;
    throw new z.ZodError(thrown.issues.map((issue) => ({ ...issue, path: ['artifact', ...issue.path] })));
  }
}

function contactData({ contact, notification, test }: CiMessage): ResultDraft['data'] {
  return dataOf({
    ci_name: contact.name,
    ci_team: contact.team,
    ci_url: contact.url,
    ci_irc: contact.irc,
    ci_email: contact.email,
    recipients: notification?.recipients,
    scenario: test.scenario,
  });
}

function errorData(event: Event, { error }: CiMessage): ResultDraft['data'] {
  if (event !== 'error') return {};
  return dataOf({
    error_reason: error?.reason ? crop(error.reason, longestReason) : null,
    issue_url: error?.issue_url,
  });
}
