import { All, Controller, Get, Options, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowOrigin, bounded, of, send, sendCalled } from '../http';
import { notAllowed, notFound, type Reply } from '../reply';
import { WaiverDbApi, type WaiverDbParts } from './api';

const root = '/waiverdb';
const prefix = '/waiverdb/api/v1.0';

/** WaiverDB's routes. Every answer is JSON, errors too. */
export function waiverDbController(parts: WaiverDbParts, corsUrl: string | null): Type {
  @Controller(root)
  class WaiverDbController extends WaiverDbRoutes {
    constructor() {
      super(new WaiverDbApi(parts), parts, corsUrl);
    }
  }
  return WaiverDbController;
}

class WaiverDbRoutes {
  constructor(
    private readonly api: WaiverDbApi,
    private readonly parts: WaiverDbParts,
    private readonly corsUrl: string | null,
  ) {}

  @Get(['healthcheck', 'api/v1.0/healthcheck'])
  healthcheck(@Res() response: Response) {
    response.type('text/plain').send('Health check OK');
  }

  @Get('api/v1.0/about')
  about(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return sendCalled(request, response, Promise.resolve(this.api.about()));
  }

  @Get('api/v1.0/config')
  config(@Res() response: Response) {
    return send(response, Promise.resolve(this.api.config()));
  }

  @Get('api/v1.0/permissions')
  permissions(@Req() request: Request, @Res() response: Response) {
    return send(response, Promise.resolve(this.api.permissions(of(request, prefix))));
  }

  @Get(['metrics', 'api/v1.0/metrics'])
  metrics(@Res() response: Response) {
    response.redirect('/metrics');
  }

  @Get('api/v1.0/waivers')
  waivers(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    return this.answer(request, response, () => this.api.waivers(of(request, prefix)));
  }

  @Options('api/v1.0/waivers')
  options(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    response.set('Allow', 'GET, HEAD, OPTIONS, POST').status(200).end();
  }

  @Post(['api/v1.0/waivers', 'api/v1.0/waivers/new'])
  post(@Req() request: Request, @Res() response: Response) {
    allowOrigin(request, response, this.corsUrl);
    const { dummyHeader } = this.parts.access;
    const named = dummyHeader === null ? undefined : request.headers[dummyHeader.toLowerCase()];
    const headers = {
      authorization: request.headers.authorization ?? null,
      user: typeof named === 'string' && named !== '' && named.length <= 200 ? named : null,
    };
    return this.answer(request, response, () => this.api.post(of(request, prefix), headers));
  }

  @Post('api/v1.0/waivers/\\+filtered')
  filtered(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.filtered(of(request, prefix)));
  }

  @Post('api/v1.0/waivers/\\+by-subjects-and-testcases')
  bySubjects(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.bySubjects(of(request, prefix)));
  }

  @Get('api/v1.0/waivers/:id')
  waiver(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.waiver(String(request.params['id'])));
  }

  /** By the WaiverDB that is asked instead of ours, or by ours. */
  private async answer(request: Request, response: Response, ours: () => Promise<Reply>): Promise<void> {
    const path = request.path.slice(prefix.length);
    const large = bounded(request);
    const elsewhere = large
      ? null
      : await this.api.handOn(request.method, path, of(request, prefix), request.headers.authorization ?? null);
    const reply = large ?? (elsewhere ? Promise.resolve(elsewhere) : ours());
    return request.method === 'GET' ? sendCalled(request, response, reply) : send(response, reply);
  }

  @All(['api/v1.0/waivers', 'api/v1.0/waivers/:id', 'api/v1.0/about'])
  wrongMethod(@Res() response: Response) {
    return send(response, Promise.resolve(notAllowed()));
  }

  @All(['', '*path'])
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}
