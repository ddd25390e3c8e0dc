import type { JetStreamServer } from '@millrace/bus';
import type { TypedInput } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { useBodyParsers } from './body-parsers';
import type { ServiceParts } from './definition';
import { nestLogger } from './log';
import { ProblemFilter } from './problem';
import { guardLoopback } from './request-guard';
import type { Settings } from './settings';
import type { Closers } from './start-service';

type Incoming = Pick<ServiceParts<TypedInput>, 'largestBodies' | 'unreadBodies' | 'origins'>;

/** The application with its doors and the bus, which hears from here on; nobody can ask yet. */
export async function startNest<Config>(
  controllers: readonly Type[],
  { largestBodies = {}, unreadBodies = [], origins = [] }: Incoming,
  transport: JetStreamServer,
  settings: Settings<Config>,
  log: Logger,
  closers: Closers,
): Promise<INestApplication> {
  class AppModule {}
  Module({ controllers: [...controllers] })(AppModule);
  const nest = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: nestLogger(log),
    bodyParser: false,
    // Signatures of webhooks are made over the bytes as they came.
    rawBody: true,
    abortOnError: false,
  });
  useBodyParsers(nest, largestBodies, unreadBodies);
  nest.use(guardLoopback(settings.host, origins));
  nest.useGlobalFilters(new ProblemFilter(log));
  nest.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  closers.push(() => nest.close());
  await nest.startAllMicroservices();
  return nest;
}

/** @throws AppError `port-taken` (conflict) */
export async function listen<Config>(nest: INestApplication, settings: Settings<Config>): Promise<void> {
  try {
    await nest.listen(settings.port, settings.host);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    throw new AppError({
      code: 'port-taken',
      kind: 'conflict',
      message: `${settings.app} cannot listen on ${settings.host}:${settings.port}: another program has that port`,
      remedy: 'end that program, or choose other ports with --port-base (MILLRACE_PORT_BASE)',
      cause: thrown,
    });
  }
}
