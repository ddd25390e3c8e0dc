import type { Subject } from '@millrace/gate-policy';
import { AppError } from '@millrace/kernel';
import type { ApiRequest } from '../http';
import { notFound, notUnderstood, type Reply } from '../reply';
import type { DecisionRequest } from './request';

export function noJson({ body }: ApiRequest): Reply {
  const message = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.";
  return body === null ? { status: 415, body: { message } } : notUnderstood();
}

export function noPolicies(wish: DecisionRequest, { type }: Subject): Reply {
  const points = wish.contexts.join(' ');
  return notFound(
    `Found no applicable policies for ${type.id} subjects at gating point(s) ${points} in ${wish.productVersion}`,
  );
}

/** What stands between us and a remote rule is no fault of the client, and no verdict either. */
export function upstreamFault(thrown: unknown): Reply {
  if (!(thrown instanceof AppError)) throw thrown;
  const status = thrown.code === 'upstream-timeout' ? 504 : thrown.kind === 'missing' ? 404 : 502;
  if (thrown.kind === 'bug') throw thrown;
  return { status, body: { message: thrown.message, code: thrown.code } };
}
