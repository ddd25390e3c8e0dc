import { All, Controller, Get, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { bounded, of, send } from '../http';
import type { BridgeRead } from '../read';
import { notFound } from '../reply';
import { WaiverDbApi } from './api';

const prefix = '/waiverdb/api/v1.0';

/** WaiverDB's routes for reading. Every answer is JSON, errors too. */
export function waiverDbController(read: Pick<BridgeRead, 'waivers'>): Type {
  @Controller(prefix)
  class WaiverDbController extends WaiverDbRoutes {
    constructor() {
      super(new WaiverDbApi(read));
    }
  }
  return WaiverDbController;
}

class WaiverDbRoutes {
  constructor(private readonly api: WaiverDbApi) {}

  @Get('about')
  about(@Res() response: Response) {
    return send(response, Promise.resolve(this.api.about()));
  }

  @Get('waivers')
  waivers(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.waivers(of(request, prefix)));
  }

  @Post('waivers')
  refuse(@Res() response: Response) {
    return send(response, Promise.resolve(this.api.refuse()));
  }

  @Post('waivers/\\+filtered')
  filtered(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request) ?? this.api.filtered(of(request, prefix)));
  }

  @Get('waivers/:id')
  waiver(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.waiver(String(request.params['id'])));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}
