import { All, Controller, Get, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ResultsDbApi, type ApiParts, type ApiRequest } from './api';
import { notFound, type Reply } from './reply';

const prefix = '/resultsdb/api/v2.0';
const largestBody = 1024 * 1024;

/** ResultsDB's routes. Every answer is JSON, errors too. */
export function resultsDbController(parts: ApiParts): Type {
  @Controller(prefix)
  class ResultsDbController extends ResultsDbRoutes {
    constructor() {
      super(new ResultsDbApi(parts));
    }
  }
  return ResultsDbController;
}

class ResultsDbRoutes {
  constructor(private readonly api: ResultsDbApi) {}

  @Get()
  landing(@Req() request: Request, @Res() response: Response) {
    return send(response, Promise.resolve(this.api.landing(of(request))));
  }

  @Get('healthcheck')
  healthcheck(@Res() response: Response) {
    return send(response, this.api.healthcheck());
  }

  @Get('results')
  results(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.results(of(request)));
  }

  @Get('results/latest')
  latest(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.latest(of(request)));
  }

  @Get('results/:id')
  result(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.result(of(request), String(request.params['id'])));
  }

  @Post('results')
  postResult(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request) ?? this.api.postResult(of(request)));
  }

  @Get('groups')
  groups(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.groups(of(request)));
  }

  @Get('groups/:uuid')
  group(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.group(of(request), String(request.params['uuid'])));
  }

  @Get('groups/:uuid/results')
  groupResults(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.groupResults(of(request), String(request.params['uuid'])));
  }

  @Post('groups')
  postGroup(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request) ?? this.api.postGroup(of(request)));
  }

  @Get('testcases')
  testcases(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.testcases(of(request)));
  }

  @Get('testcases/*name')
  testcase(@Req() request: Request, @Res() response: Response) {
    return send(response, this.api.testcase(of(request), pathBehind(request, `${prefix}/testcases/`)));
  }

  @Post('testcases')
  postTestcase(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request) ?? this.api.postTestcase(of(request)));
  }

  @All(['', 'healthcheck', 'results', 'results/:id', 'groups', 'groups/:uuid', 'testcases', 'testcases/*name'])
  otherMethod(@Res() response: Response) {
    const message = 'The method is not allowed for the requested URL.';
    return send(response, Promise.resolve({ status: 405, body: { message } }));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}

async function send(response: Response, answer: Promise<Reply>): Promise<void> {
  const { status, body } = await answer;
  response.status(status).json(body);
}

function bounded(request: Request): Promise<Reply> | null {
  const size = Number(request.headers['content-length'] ?? 0);
  if (size <= largestBody) return null;
  return Promise.resolve({
    status: 413,
    body: { message: `The body has ${size} bytes; at most ${largestBody} are taken` },
  });
}

function of(request: Request): ApiRequest {
  const origin = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
  const key = request.headers['idempotency-key'];
  return {
    base: origin + prefix,
    url: origin + request.originalUrl,
    body: request.is('json') ? (request.body as unknown) : null,
    idempotencyKey: typeof key === 'string' && key !== '' && key.length <= 200 ? key : null,
  };
}

function pathBehind(request: Request, start: string): string {
  const path = request.originalUrl.split('?')[0]!.slice(start.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
