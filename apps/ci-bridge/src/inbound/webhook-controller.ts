import { All, Controller, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Taken } from './intake';
import { unreadable, type WebhookDesk } from './webhook-desk';

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** `POST /webhooks/NAME`; every answer is JSON. `audit` hears of senders who could not prove themselves. */
export function webhookController(
  desk: WebhookDesk,
  largest: number,
  audit: (fields: { readonly webhook: string; readonly from: string | undefined }) => void,
): Type {
  @Controller('webhooks')
  class WebhookController {
    @Post(':name')
    async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
      const { status, body } = await answerTo(desk, request, largest, audit);
      response.status(status).json(body);
    }

    @All(':name')
    otherMethod(@Res() response: Response): void {
      response.status(405).json({ message: 'webhooks are posted' });
    }
  }
  return WebhookController;
}

async function answerTo(
  desk: WebhookDesk,
  request: Request,
  largest: number,
  audit: Parameters<typeof webhookController>[2],
): Promise<Answer> {
  const name = String(request.params['name']);
  const { rawBody } = request as { rawBody?: Buffer };
  const size = Math.max(Number(request.headers['content-length'] ?? 0), rawBody?.length ?? 0);
  if (size > largest)
    return { status: 413, body: { message: `The body has ${size} bytes; at most ${largest} are taken` } };
  if (rawBody === undefined || typeof request.body !== 'string' || !request.is(['json', '+json']))
    return { status: 400, body: { message: 'Bad request: the body is no JSON object with a content type of JSON' } };
  const [headers, query] = [texts(request.headers), texts(request.query)];
  const asked = { item: query['item'], type: query['type'], testcase: query['testcase'] };
  const knock = { headers, token: query['token'] ?? null, raw: rawBody, body: read(request.body), asked };
  const taken = await desk.receive(name, knock);
  if (taken === null) return { status: 404, body: { message: 'There is no webhook of this name' } };
  if (taken !== false) return answerOf(taken);
  audit({ webhook: name, from: request.ip });
  return { status: 401, body: { message: 'The signature or token of this webhook is missing or wrong' } };
}

function answerOf(taken: Taken): Answer {
  switch (taken.status) {
    case 'taken': {
      const results = taken.results.map(({ number, testcase, outcome }) => ({ id: number, testcase, outcome }));
      return { status: 201, body: { results } };
    }
    case 'ignored':
      return { status: 202, body: { ignored: taken.because } };
    case 'quarantined': {
      const { code, because, remedy } = taken.refusal;
      return {
        status: code === unreadable ? 400 : 422,
        body: { message: because, code, remedy, quarantine: taken.id },
      };
    }
  }
}

/** What is no JSON stays the text that it is. */
function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const some = Object.entries(values).filter(
    (one): one is [string, string] => typeof one[1] === 'string' && one[1] !== '',
  );
  return Object.fromEntries(some.map(([name, value]) => [name, value.slice(0, 2048)]));
}
