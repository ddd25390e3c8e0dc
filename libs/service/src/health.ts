import { doorsOf, type App } from '@millrace/contracts';
import { openApiOf } from '@millrace/contracts';
import { Controller, Get, Header, Res, type Type } from '@nestjs/common';
import type { Response } from 'express';
import type { Registry } from 'prom-client';
import type { ServiceAlert } from './definition';

/** One thing that must hold for a service to be of use. `problem` says what is wrong; null: nothing. */
export interface Check {
  readonly name: string;
  readonly problem: () => Promise<string | null>;
}

/** `/healthz` (the process lives), `/readyz` (it can work), `/metrics`, `/openapi.json`. */
export function healthController(
  app: App,
  version: string,
  checks: readonly Check[],
  metrics: Registry,
  alertsNow: () => Promise<readonly ServiceAlert[]> = () => Promise.resolve([]),
): Type {
  @Controller()
  class Health {
    @Get('healthz')
    health(): object {
      return { status: 'ok', app, version };
    }

    @Get('readyz')
    async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
      const found = await Promise.all(
        checks.map(async ({ name, problem }) => ({ name, problem: await problem().catch(String) })),
      );
      const ok = found.every(({ problem }) => problem === null);
      response.status(ok ? 200 : 503);
      // Without a database there are no alerts to tell; the check above says so.
      const alerts = await alertsNow().catch(() => []);
      const told = found.map((c) => ({ ...c, ok: c.problem === null }));
      return { status: ok ? 'ready' : 'not ready', app, checks: told, alerts };
    }

    @Get('metrics')
    @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
    metrics(): Promise<string> {
      return metrics.metrics();
    }

    @Get('openapi.json')
    openapi(): object {
      return openApiOf(app, doorsOf(app)) as object;
    }
  }
  return Health;
}
