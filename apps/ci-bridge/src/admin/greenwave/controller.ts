import { All, Controller, Get, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { bounded, of, send } from '../http';
import type { BridgeRead } from '../read';
import { notFound } from '../reply';
import { GreenwaveApi } from './api';

const prefix = '/greenwave/api/v1.0';

/** Greenwave's decision. Every answer is JSON, errors too. */
export function greenwaveController(read: BridgeRead): Type {
  @Controller(prefix)
  class GreenwaveController extends GreenwaveRoutes {
    constructor() {
      super(new GreenwaveApi(read));
    }
  }
  return GreenwaveController;
}

class GreenwaveRoutes {
  constructor(private readonly api: GreenwaveApi) {}

  @Get('about')
  about(@Res() response: Response) {
    return send(response, Promise.resolve(this.api.about()));
  }

  @Post('decision')
  decision(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request) ?? this.api.decision(of(request, prefix)));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}
