import { All, Controller, Get, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { bounded, of, pathBehind, send } from '../http';
import { notAllowed, notFound, type Reply } from '../reply';
import { ResultsDbApi, type ApiParts } from './api';

const prefix = '/resultsdb/api/v2.0';

/** Whoever follows the address without an API comes to the one that people mean. */
@Controller('/resultsdb')
export class ResultsDbRoot {
  @Get()
  root(@Res() response: Response) {
    response.redirect(prefix);
  }
}

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
    return send(response, Promise.resolve(this.api.landing(of(request, prefix))));
  }

  @Get('healthcheck')
  healthcheck(@Res() response: Response) {
    return send(response, this.api.healthcheck());
  }

  @Get('results')
  results(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.results(of(request, prefix)));
  }

  @Get('results/latest')
  latest(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.latest(of(request, prefix)));
  }

  @Get('results/:id')
  result(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.result(of(request, prefix), String(request.params['id'])));
  }

  @Post('results')
  postResult(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request, this.api.parts.largest) ?? this.api.postResult(of(request, prefix)));
  }

  @Get('groups')
  groups(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.groups(of(request, prefix)));
  }

  @Get('groups/:uuid')
  group(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.group(of(request, prefix), String(request.params['uuid'])));
  }

  @Get('groups/:uuid/results')
  groupResults(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () =>
      this.api.groupResults(of(request, prefix), String(request.params['uuid'])),
    );
  }

  @Post('groups')
  postGroup(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request, this.api.parts.largest) ?? this.api.postGroup(of(request, prefix)));
  }

  @Get('testcases')
  testcases(@Req() request: Request, @Res() response: Response) {
    return this.answer(request, response, () => this.api.testcases(of(request, prefix)));
  }

  @Get('testcases/*name')
  testcase(@Req() request: Request, @Res() response: Response) {
    const name = pathBehind(request, `${prefix}/testcases/`);
    return this.answer(request, response, () => this.api.testcase(of(request, prefix), name));
  }

  @Post('testcases')
  postTestcase(@Req() request: Request, @Res() response: Response) {
    return send(response, bounded(request, this.api.parts.largest) ?? this.api.postTestcase(of(request, prefix)));
  }

  /** By the ResultsDB that is asked instead of ours, or by ours. */
  private async answer(request: Request, response: Response, ours: () => Promise<Reply>): Promise<void> {
    const elsewhere = await this.api.handOn(request.path.slice(prefix.length), of(request, prefix));
    return send(response, elsewhere ? Promise.resolve(elsewhere) : ours());
  }

  @All(['', 'healthcheck', 'results', 'results/:id', 'groups', 'groups/:uuid', 'testcases', 'testcases/*name'])
  otherMethod(@Res() response: Response) {
    return send(response, Promise.resolve(notAllowed()));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }
}
