import { randomUUID } from 'node:crypto';
import { All, Controller, Get, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ResultRow, TestcaseRow } from '../../domain/state';
import { mayPost, named, permissionsFor } from '../access';
import { bounded, jsonBody, of, parametersOf, send, type ApiRequest } from '../http';
import { badRequest, created, isReply, notAllowed, notFound, ok, type Reply } from '../reply';
import type { ApiParts } from '../resultsdb/api';
import { resultOf } from '../resultsdb/bodies';
import { showResult } from '../resultsdb/show';
import { artifacts } from './artifacts';
import { draftOf } from './body';
import { documentation, schemaOf } from './schema';

const prefix = '/resultsdb/api/v3';
/** Results of anything may be posted by whoever has a permission for `ANY-DATA:` and the test case. */
const anyData = 'ANY-DATA:';

/** ResultsDB's routes of API v3: posting needs a token, and a permission for the test case. */
export function resultsDbV3Controller(parts: ApiParts): Type {
  @Controller(prefix)
  class ResultsDbV3Controller extends Routes {
    constructor() {
      super(parts);
    }
  }
  return ResultsDbV3Controller;
}

class Routes {
  constructor(private readonly parts: ApiParts) {}

  @Get()
  landing(@Req() request: Request, @Res() response: Response): void {
    response
      .status(200)
      .type('html')
      .send(documentation(artifacts, of(request, prefix).base));
  }

  @Get('permissions')
  permissions(@Req() request: Request, @Res() response: Response) {
    const all = this.parts.access.permissions ?? [];
    const testcase = parametersOf(of(request, prefix)).get('testcase');
    return send(response, Promise.resolve(ok(testcase ? permissionsFor(all, testcase) : all)));
  }

  @Get('schemas/:kind')
  schema(@Req() request: Request, @Res() response: Response) {
    const artifact = artifactOf(request.params['kind']);
    return send(response, Promise.resolve(artifact ? ok(schemaOf(artifact)) : notFound('Not found')));
  }

  @Post(['results', 'results/:kind'])
  post(@Req() request: Request, @Res() response: Response) {
    const kind = request.params['kind'];
    return send(
      response,
      bounded(request, this.parts.largest) ?? this.take(of(request, prefix), kind === undefined ? null : String(kind)),
    );
  }

  @All(['', 'permissions', 'schemas/:kind', 'results', 'results/:kind'])
  otherMethod(@Res() response: Response) {
    return send(response, Promise.resolve(notAllowed()));
  }

  @All('*path')
  unknown(@Res() response: Response) {
    return send(response, Promise.resolve(notFound('Not found')));
  }

  private async take(request: ApiRequest, kind: string | null): Promise<Reply> {
    const { access, outcomes } = this.parts;
    const artifact = kind === null ? null : artifactOf(kind);
    if (artifact === undefined) return notFound('Not found');
    const user = named(access.whose(request.token));
    if (isReply(user)) return this.refused(user, request);
    if (request.body === undefined) return badRequest('Bad request');
    const source = request.idempotencyKey === null ? null : `http:${request.idempotencyKey}`;
    const body = jsonBody(request);
    const generic = body && artifact === null ? resultOf(body, outcomes, source) : null;
    const draft = artifact ? draftOf(artifact, request.body, { outcomes, source, user: user.name }) : generic;
    if (!draft) return badRequest('Bad request');
    if (isReply(draft)) return draft;
    const subject = artifact ? draft.testcase.name : anyData + draft.testcase.name;
    if (!mayPost(access, user, subject)) return this.refused(forbidden(user.name, draft.testcase.name), request);
    const id = `result/${request.idempotencyKey ?? randomUUID()}`;
    const reply = await this.parts.take({ type: 'result-reported', draft }, { id, who: user.name });
    const { result, testcase } = reply as { result: ResultRow; testcase: TestcaseRow };
    return created(showResult(result, testcase, request.base.replace(/v3$/, 'v2.0')));
  }

  private refused(reply: Reply, { url }: ApiRequest): Reply {
    this.parts.access.audit?.({ url, status: reply.status });
    return reply;
  }
}

function artifactOf(kind: unknown) {
  return artifacts.find(({ type }) => `${type}s` === kind);
}

function forbidden(user: string, testcase: string): Reply {
  const message = `403 Forbidden: User ${user} is not authorized to submit results for the test case ${testcase}`;
  return { status: 403, body: { message } };
}
