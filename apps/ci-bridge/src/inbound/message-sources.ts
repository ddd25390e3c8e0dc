import { readFileSync } from 'node:fs';
import { AppError } from '@millrace/kernel';
import { receive, type Receiver, type ReceiverSettings } from '@millrace/messages';
import type { MessageDesk } from './message-desk';

type Url = { readonly url?: string | undefined; readonly url_file?: string | undefined };
/** A bus as the settings name it; its address may stand in a file. */
export type MessageSourceSettings = ReceiverSettings extends infer One
  ? One extends ReceiverSettings
    ? Omit<One, 'url'> & Url
    : never
  : never;

export interface RunningSource {
  readonly name: string;
  readonly receiver: Receiver;
}

/** Begins to receive from every bus of the settings. A message that could not be taken comes again. */
export function startSources(
  settings: Readonly<Record<string, MessageSourceSettings>>,
  desk: MessageDesk,
): readonly RunningSource[] {
  const read = Object.entries(settings).map(([name, one]) => [name, { ...one, url: urlOf(name, one) }] as const);
  return read.map(([name, one]) => ({
    name,
    receiver: receive(
      one as ReceiverSettings,
      async ({ topic, body, publisher = null }) => void (await desk.take(name, { topic, body, publisher })),
      async ({ topic, content }) => void (await desk.take(name, { topic, body: bodyOf(content), publisher: null })),
    ),
  }));
}

/** One without an id is read all the same; what is no JSON goes to quarantine as it is. */
function bodyOf(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return content.slice(0, longestKept);
  }
}

/** Characters that quarantine keeps of what is no JSON. */
const longestKept = 100_000;

function urlOf(name: string, { url, url_file }: Url): string {
  const found = url ?? (url_file === undefined ? undefined : contentOf(name, url_file));
  if (found !== undefined) return found;
  throw misconfigured(name, 'it has neither url nor url_file');
}

function contentOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    throw misconfigured(name, `url_file cannot be read: ${(thrown as Error).message}`);
  }
}

function misconfigured(name: string, because: string): AppError {
  return new AppError({
    code: 'message-source-misconfigured',
    kind: 'invalid',
    message: `messages of '${name}' cannot be received: ${because}`,
    remedy: "correct it in the section 'ci-bridge' of millrace.yaml, under message_sources",
  });
}
