import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '@millrace/kernel';

export interface Config {
  /** End after the story; else the services stay up until Ctrl-C. */
  readonly once: boolean;
  /** The last line of the output is one JSON object. */
  readonly json: boolean;
  readonly portBase: number | null;
  /** Everything happens in here; emptied at the start. */
  readonly dir: string;
  /** How long set-up took before the story, in seconds. */
  readonly setupSeconds: number;
  /** Draw a picture that changes in place, instead of lines. */
  readonly live: boolean;
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** What is broken in the middle, on purpose. */
  readonly crash: Crash | null;
  /** A server that the services' databases are made on; null: they are files of SQLite. */
  readonly postgres: string | null;
}

export const crashes = ['services', 'bus', 'restore'] as const;
export type Crash = (typeof crashes)[number];

export const usage = `Usage: npm start -- [--once] [--json] [--port-base N] [--dir DIR]

Rebuilds an example distribution on this machine, in front of you, and leaves the services up.

  --once          end after the story: with 0 only when all of it really happened, else with 1
  --json          the last line is one JSON object
  --port-base N   ports to use (default: free ones from 4100 on)
  --dir DIR       where everything goes; emptied at the start (default: .millrace/demo)
`;

const options = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  'port-base': { type: 'string' },
  dir: { type: 'string', default: '.millrace/demo' },
  crash: { type: 'string' },
  postgres: { type: 'boolean', default: false },
} as const;

/** The command line and the environment. null: only the usage was wanted. */
export function readConfig(argv: readonly string[], env = process.env, terminal = process.stdout.isTTY): Config | null {
  const values = parsed(argv);
  if (values.help) return null;
  const port = values['port-base'] === undefined ? null : Number(values['port-base']);
  if (port !== null && !(Number.isInteger(port) && port >= 1024 && port <= 65_000))
    throw misused(`--port-base ${values['port-base']} is no port from 1024 to 65000`);
  const crash = crashes.find((known) => known === values.crash) ?? null;
  if (values.crash !== undefined && crash === null) throw misused(`--crash may be ${crashes.join(' or ')}`);
  const isTerminal = terminal === true && env['TERM'] !== 'dumb';
  return {
    once: values.once,
    json: values.json,
    portBase: port,
    dir: resolve(values.dir),
    setupSeconds: Number(env['MILLRACE_SETUP_SECONDS'] ?? 0) || 0,
    live: isTerminal,
    color: isTerminal && !env['NO_COLOR'],
    env,
    crash,
    postgres: values.postgres ? serverIn(env) : null,
  };
}

function serverIn({ MILLRACE_TEST_POSTGRES: server }: NodeJS.ProcessEnv): string {
  if (server) return server;
  throw misused('--postgres needs a server, and MILLRACE_TEST_POSTGRES names none');
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (thrown) {
    throw misused((thrown as Error).message);
  }
}

function misused(message: string): AppError {
  return new AppError({ code: 'usage', kind: 'invalid', message, remedy: `see npm start -- --help` });
}
