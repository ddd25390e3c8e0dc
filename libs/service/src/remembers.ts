import type { GivenMessage } from '@millrace/bus';
import { eventType, type App, type Envelope } from '@millrace/contracts';
import { deadLetterKnown, inputKnown } from '@millrace/engine';
import type { Database } from '@millrace/store';
import type { Hears } from './definition';
import { openEnvelope } from './nest-controllers';

/** Does a service's database know a message that was given to it: as decided, as a dead letter, or as nothing to it? */
export async function remembers<Input>(
  database: Database,
  app: App,
  hears: readonly Hears<Input>[],
  message: GivenMessage,
): Promise<boolean> {
  const heard = hears.find((one) => eventType(one.event) === message.type);
  const event = heard && readable(heard, message.bytes);
  if (!heard || !event || heard.toInput(event) === null) return true;
  return (await inputKnown(database, app, event)) || (await deadLetterKnown(database, app, message));
}

/** null: it could not be read when it came, either. */
function readable<Input>(heard: Hears<Input>, bytes: Uint8Array): Envelope | null {
  try {
    return openEnvelope(heard, bytes);
  } catch {
    return null;
  }
}
