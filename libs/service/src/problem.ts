import { type AppError, toAppError } from '@millrace/kernel';
import { statusOf } from '@millrace/bus';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter, type RawBodyRequest } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { throwError, type Observable } from 'rxjs';

/** The two translators in one: HTTP answers are problem+json (RFC 9457), bus handlers fail with the error itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() !== 'http') return throwError(() => thrown);
    const response = host.switchToHttp().getResponse<Response>();
    const request = host.switchToHttp().getRequest<Request>();
    if (response.headersSent) return;
    const { status, body } = problemOf(isLargeAndBroken(thrown, request) ? tooLarge : thrown);
    if (status === 500) this.log.error({ err: thrown, path: request.path }, 'a request failed unexpectedly');
    // `message` for the clients of ResultsDB, Greenwave and WaiverDB, who read that.
    const answer = { ...body, message: body['detail'], instance: request.path };
    const api = foreign.exec(request.path)?.[1];
    if (api !== undefined) return void response.status(status).json(foreignAnswer(api, status, answer));
    response.status(status).type('application/problem+json').send(JSON.stringify(answer));
  }
}

/** More than this is taken only of what can be read. */
const largestBroken = 1024 * 1024;
const tooLarge = { status: 413, message: 'request entity too large', limit: largestBroken };

function isLargeAndBroken(thrown: unknown, { rawBody, body }: RawBodyRequest<Request>): boolean {
  const isBroken = thrown instanceof HttpException && thrown.getStatus() === 400 && body === undefined;
  return isBroken && rawBody !== undefined && rawBody.length > largestBroken;
}

/** APIs of others, whose clients know their errors. */
const foreign = /^\/(resultsdb|greenwave|waiverdb)\//;

function foreignAnswer(api: string, status: number, answer: Record<string, unknown>): object {
  if (status !== 400) return answer;
  const message = 'The browser (or proxy) sent a request that this server could not understand.';
  return { message: api === 'resultsdb' ? 'Bad request' : message };
}

function problemOf(thrown: unknown): { status: number; body: Record<string, unknown> } {
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    const code = status === 404 ? 'route-unknown' : 'http';
    return {
      status,
      body: { type: `urn:millrace:${code}`, title: thrown.message, status, code, detail: thrown.message },
    };
  }
  const { status, message, limit } = thrown as { status?: unknown; message?: string; limit?: unknown };
  // What Express and its parsers say of a request: too large, no JSON, an unknown charset, a malformed path.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const code = status === 413 ? 'body-too-large' : 'request-unreadable';
    const body = { type: `urn:millrace:${code}`, title: code, status, code, detail: message };
    if (status !== 413 || typeof limit !== 'number') return { status, body };
    const detail = `The body has more than the ${limit} bytes that are taken`;
    return { status, body: { ...body, detail, remedy: 'send less at once' } };
  }
  return ofAppError(toAppError(thrown));
}

function ofAppError(error: AppError): { status: number; body: Record<string, unknown> } {
  const { code, kind, message, remedy } = error;
  const status = code === 'token-needed' ? 401 : code === 'body-too-large' ? 413 : statusOf(kind);
  const detail = kind === 'bug' ? 'an unexpected fault; the service log has the details' : message;
  return { status, body: { type: `urn:millrace:${code}`, title: code, status, code, kind, detail, remedy } };
}
