import { doorSubject, type Door, type DoorReply, type DoorRequest } from '@millrace/contracts';
import { AppError, type FaultKind } from '@millrace/kernel';
import { ErrorCode, headers, type Msg, type NatsConnection, type NatsError } from 'nats';
import { getAnswer, objectHeader } from './big-answers';

/** Milliseconds. Who asks over HTTP waits for 60 s: by then it has heard which service is silent. */
const patience = 45_000;

/** Asks a door of another service over NATS. The reply is held against the contract. */
export async function askOver<D extends Door>(
  nats: NatsConnection,
  door: D,
  request: DoorRequest<D>,
  token?: string,
): Promise<DoorReply<D>> {
  const subject = doorSubject(door);
  const sent = headers();
  if (token !== undefined) sent.set('Millrace-Token', token);
  let answer: Msg;
  try {
    answer = await nats.request(subject, JSON.stringify(request), { timeout: patience, headers: sent });
  } catch (thrown) {
    throw silence(door, thrown as NatsError);
  }
  const failed = answer.headers?.get('Nats-Service-Error-Code');
  if (failed) throw faultOf(answer, door);
  const object = answer.headers?.get(objectHeader);
  const bytes = object ? await getAnswer(nats, object) : answer.data;
  const parsed = door.reply.safeParse(readJson(bytes));
  if (parsed.success) return parsed.data as DoorReply<D>;
  const first = parsed.error.issues[0]!;
  throw new AppError({
    code: 'answer-malformed',
    kind: 'bug',
    message: `${door.owner} answered '${door.name}' against its contract: ${first.path.join('.') || 'the answer'}: ${first.message}`,
    remedy: 'check that both run the same version of Millrace',
  });
}

/** undefined when it is no JSON: no contract takes that. */
function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function silence(door: Door, thrown: NatsError): AppError {
  if (thrown.code === (ErrorCode.MaxPayloadExceeded as string)) {
    return new AppError({
      code: 'request-too-large',
      kind: 'invalid',
      message: `'${door.name}' was not asked of ${door.owner}: the request is larger than the bus takes`,
      remedy: 'ask for less at a time',
      cause: thrown,
    });
  }
  const nobody = thrown.code === (ErrorCode.NoResponders as string);
  return new AppError({
    code: nobody ? 'service-away' : 'service-silent',
    kind: 'unavailable',
    message: `${door.owner} ${nobody ? 'is not there to answer' : 'did not answer'} '${door.name}': ${thrown.message}`,
    remedy: `check that ${door.owner} runs; it is asked again`,
    cause: thrown,
  });
}

/** What a service answered instead: the same problem as over HTTP. */
export interface Problem {
  readonly code: string;
  readonly kind: FaultKind;
  readonly detail: string;
  readonly remedy?: string;
}

function faultOf(answer: Msg, door: Door): AppError {
  const problem = (readJson(answer.data) ?? {}) as Partial<Problem>;
  return new AppError({
    code: problem.code ?? 'service-failed',
    kind: problem.kind ?? 'bug',
    message: `${door.owner} refused '${door.name}': ${problem.detail ?? 'no reason was given'}`,
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  });
}
