import { AppError } from '@millrace/kernel';
import { Controller, Post, Req, Res, type RawBodyRequest, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Delivery } from './forge';
import { receive, type Receiving } from './receive';

/** `POST /hooks/v1/<forge>/<release>`: 202 when it became a change, 200 when it is ignored; both say why. */
export function webhooksController(receiving: Receiving): Type {
  @Controller('/hooks/v1')
  class WebhooksController extends WebhookRoutes {
    constructor() {
      super(receiving);
    }
  }
  return WebhooksController;
}

class WebhookRoutes {
  constructor(private readonly receiving: Receiving) {}

  @Post(':forge/:release')
  async post(@Req() request: RawBodyRequest<Request>, @Res() response: Response): Promise<void> {
    const { forge, release } = request.params;
    const reply = await receive(this.receiving, String(forge), String(release), deliveryOf(request));
    response.status(reply.outcome === 'accepted' ? 202 : 200).json(reply);
  }
}

function deliveryOf({ rawBody, headers }: RawBodyRequest<Request>): Delivery {
  if (rawBody === undefined) {
    throw new AppError({
      code: 'webhook-no-json',
      kind: 'invalid',
      message: 'the message has no body of type application/json',
      remedy: 'let the webhook send JSON: content type application/json, not a form',
    });
  }
  return {
    bytes: rawBody,
    header: (name) => {
      const value = headers[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
  };
}
