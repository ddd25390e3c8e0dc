import { doorSubject, type Door, type DoorReply, type DoorRequest } from '@millrace/contracts';
import { AppError, type FaultKind } from '@millrace/kernel';
import { ErrorCode, NatsError, headers, type Msg, type NatsConnection } from 'nats';
import { getAnswer, objectHeader } from './big-answers';

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
    answer = await nats.request(subject, JSON.stringify(request), { timeout: 60_000, headers: sent });
  } catch (thrown) {
    throw silence(door, thrown as NatsError);
  }
  const failed = answer.headers?.get('Nats-Service-Error-Code');
  if (failed) throw faultOf(answer, door);
  const object = answer.headers?.get(objectHeader);
  const bytes = object ? await getAnswer(nats, object) : answer.data;
  return door.reply.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) as DoorReply<D>;
}

function silence(door: Door, thrown: NatsError): AppError {
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
  const problem = answer.json<Partial<Problem>>();
  return new AppError({
    code: problem.code ?? 'service-failed',
    kind: problem.kind ?? 'bug',
    message: `${door.owner} refused '${door.name}': ${problem.detail ?? 'no reason was given'}`,
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  });
}
