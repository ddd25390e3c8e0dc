import { All, Controller, Get, Options, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { rawBody } from '../raw-body';
import { allowOrigin, bounded, of, send, sendCalled } from '../http';
import { notAllowed, notFound } from '../reply';
import { GreenwaveApi, type GreenwaveParts } from './api';

const root = '/greenwave';
const prefix = '/greenwave/api/v1.0';

/** Greenwave's routes. Every answer is JSON, errors too. */
export function greenwaveController(parts: GreenwaveParts, corsUrl: string | null): Type {
  @Controller(root)
  class GreenwaveController extends GreenwaveRoutes {
    constructor() {
      super(new GreenwaveApi(parts), corsUrl);
    }
  }
  return GreenwaveController;
}

class GreenwaveRoutes {
  constructor(
    private readonly api: GreenwaveApi,
    private readonly corsUrl: string | null,
  ) {}

  @Get(['', 'api/v1.0'])
  landing(@Req() request: Request, @Res() response: Response) {
    return send(response, Promise.resolve(this.api.landing(of(request, prefix))));
  }

  @Get(['healthcheck', 'api/v1.0/healthcheck'])
  healthcheck(@Res() response: Response) {
    response.type('text/plain').send('Health check OK');
  }

  @Get(['metrics', 'api/v1.0/metrics'])
  metrics(@Res() response: Response) {
    response.redirect('/metrics');
  }

  @Get('api/v1.0/about')
  about(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return sendCalled(request, response, Promise.resolve(this.api.about()));
  }

  @Get('api/v1.0/version')
  version(@Req() request: Request, @Res() response: Response) {
    const asked = request.originalUrl.indexOf('?');
    response.redirect(`${prefix}/about${asked === -1 ? '' : request.originalUrl.slice(asked)}`);
  }

  @Get('api/v1.0/policies')
  policies(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return send(response, this.api.policies());
  }

  @Get('api/v1.0/subject_types')
  subjectTypes(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return send(response, this.api.subjectTypes());
  }

  @Options('api/v1.0/decision')
  options(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    response.set('Allow', 'OPTIONS, POST').status(200).end();
  }

  @Post('api/v1.0/decision')
  decision(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return send(response, bounded(request) ?? this.api.decision(of(request, prefix)));
  }

  @Post('api/v1.0/validate-gating-yaml')
  async validate(@Req() request: Request, @Res() response: Response) {
    const text = await rawBody(request);
    return send(response, typeof text === 'string' ? this.api.validate(text) : Promise.resolve(text));
  }

  @All(['api/v1.0/decision', 'api/v1.0/validate-gating-yaml', 'api/v1.0/policies', 'api/v1.0/subject_types'])
  wrongMethod(@Res() response: Response) {
    return send(response, Promise.resolve(notAllowed()));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}
