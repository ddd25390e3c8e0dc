import { resolve } from 'node:path';
import { userInfo } from 'node:os';
import { defaultPortBase } from '@millrace/admin-client';

/** What the command takes from the environment; options on the command line come before it. */
export interface Config {
  readonly data: string;
  readonly portBase: string;
  /** Text of a token; for programs that have no token file. */
  readonly token: string | undefined;
  readonly natsUrl: string | undefined;
  readonly settingsFile: string | undefined;
  /** Folder of the local builder, the same as the scheduler's setting `builds`. */
  readonly builds: string | undefined;
  readonly color: boolean;
  readonly user: string;
  readonly path: string;
  /** Handed on to the services. */
  readonly all: NodeJS.ProcessEnv;
}

export function readConfig(env: NodeJS.ProcessEnv = process.env, isTerminal = process.stdout.isTTY): Config {
  return {
    data: resolve(env['MILLRACE_DATA'] || '.millrace/data'),
    portBase: env['MILLRACE_PORT_BASE'] || String(defaultPortBase),
    token: env['MILLRACE_TOKEN'] || undefined,
    natsUrl: env['NATS_URL'] || undefined,
    settingsFile: env['MILLRACE_CONFIG'] || undefined,
    builds: env['MILLRACE_SCHEDULER_BUILDS'] || undefined,
    color: isTerminal === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    user: nameOfUser(env),
    path: env['PATH'] ?? '',
    all: env,
  };
}

/** In a container the user may have no name. */
function nameOfUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username.replace(/[^A-Za-z0-9._@-]/g, '-') || 'local';
  } catch {
    return env['USER']?.replace(/[^A-Za-z0-9._@-]/g, '-') || 'local';
  }
}
