import type { LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';

/** Structured logs on standard error: static messages, data in fields, nothing secret. */
export function createLog(settings: { readonly app: string; readonly logLevel: string }): Logger {
  return pino(
    {
      name: settings.app,
      level: settings.logLevel,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.token', '*.password', '*.authorization', 'req.headers.authorization'], censor: '***' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** Nest's own words go to debug, its warnings and errors where ours go. */
export function nestLogger(log: Logger): LoggerService {
  const nest = log.child({ by: 'nest' });
  return {
    log: (message: unknown) => nest.debug(String(message)),
    debug: (message: unknown) => nest.trace(String(message)),
    verbose: (message: unknown) => nest.trace(String(message)),
    warn: (message: unknown) => nest.warn(String(message)),
    error: (message: unknown) => nest.error(String(message)),
    fatal: (message: unknown) => nest.fatal(String(message)),
  };
}
