import { eventSubject, events, maxEventBytes, type App, type Envelope } from '@millrace/contracts';
import { AppError, type BusEffect, type Moment } from '@millrace/kernel';
import type { DocumentRow } from './documents';

/** The outbox row of an event: held against its contract while it can still be refused. */
export function envelopesOf(app: App, effect: BusEffect, id: string, at: Moment, traceparent?: string): DocumentRow {
  const contract = events.get(effect.event);
  if (contract?.owner !== app)
    throw broken(effect, contract ? `${contract.owner} is its publisher, not ${app}` : 'no contract has this type');
  const parsed = contract.data.safeParse(effect.data);
  if (!parsed.success) {
    const first = parsed.error.issues[0]!;
    throw broken(effect, `its data breaks the contract at ${first.path.join('.') || 'the top'}: ${first.message}`);
  }
  const envelope: Envelope = {
    specversion: '1.0',
    id,
    source: `millrace/${app}`,
    type: effect.event,
    time: at,
    subject: effect.subject,
    datacontenttype: 'application/json',
    release: effect.release,
    revision: effect.revision,
    visibility: 'public',
    ...(traceparent === undefined ? {} : { traceparent }),
    data: parsed.data,
  };
  const text = JSON.stringify(envelope);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEventBytes) throw broken(effect, `it has ${bytes} bytes, more than ${maxEventBytes}`);
  return {
    id,
    doc: envelope,
    text,
    columns: { subject: eventSubject(contract, effect.release, effect.componentType) },
  };
}

function broken(effect: BusEffect, because: string): AppError {
  return new AppError({
    code: 'event-broken',
    kind: 'bug',
    message: `the event ${effect.event} about ${effect.subject} cannot be published: ${because}`,
    remedy: 'this is a defect of Millrace: please report it with the journal entry',
  });
}
