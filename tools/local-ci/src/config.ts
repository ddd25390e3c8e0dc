import { AppError } from '@millrace/kernel';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Config {
  readonly nats: string;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** Roots, logs and records of results. */
  readonly work: string;
  /** Builds that are tested at one time. */
  readonly capacity: number;
  /** Name of this CI: source of its messages, and its durable consumer. */
  readonly name: string;
  readonly path: string;
}

export const usage = `Usage: local-ci --nats URL [--user NAME --password-file FILE] [--work DIR] [--capacity N] [--name NAME]

Tests every complete build that the scheduler tells of, and reports as any CI system does.

  --nats URL            the NATS server, e.g. nats://127.0.0.1:4100
  --user NAME           NATS user (guest will do), with --password-file FILE
  --work DIR            where roots, logs and records go (default: .millrace/local-ci)
  --capacity N          builds tested at one time (default: 2)
  --name NAME           name of this CI, and of its durable consumer (default: local-ci)
`;

const options = {
  nats: { type: 'string' },
  user: { type: 'string' },
  'password-file': { type: 'string' },
  work: { type: 'string', default: '.millrace/local-ci' },
  capacity: { type: 'string', default: '2' },
  name: { type: 'string', default: 'local-ci' },
} as const;

/** Reads the command line. All problems are AppErrors of kind invalid whose remedy is the usage. */
export function readConfig(argv: readonly string[], path = process.env['PATH']): Config {
  const values = parsed(argv);
  if (!values.nats) throw misused('--nats is missing');
  const capacity = Number(values.capacity);
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 64) {
    throw misused(`--capacity ${values.capacity} is no number from 1 to 64`);
  }
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(values.name)) {
    throw misused(`--name '${values.name}' may have 1 to 60 letters, digits, - and _`);
  }
  return {
    nats: values.nats,
    user: values.user,
    passwordFile: values['password-file'],
    work: resolve(values.work),
    capacity,
    name: values.name,
    // dnf and bwrap may be where a normal user's PATH does not look.
    path: [path ?? '', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].filter(Boolean).join(':'),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (thrown) {
    throw misused((thrown as Error).message);
  }
}

function misused(message: string): AppError {
  return new AppError({ code: 'local-ci-usage', kind: 'invalid', message, remedy: usage });
}
