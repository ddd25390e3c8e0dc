import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '@millrace/admin-client';
import { AppError } from '@millrace/kernel';
import { millFolder, type MillFolder } from '@millrace/supervisor';
import type { Config } from './config';
import { painter, type Paint } from './paint';

/** What every command is given. */
export interface Context {
  readonly config: Config;
  readonly data: string;
  readonly folder: MillFolder;
  readonly portBase: number;
  readonly json: boolean;
  readonly paint: Paint;
  readonly client: Client;
  /** The local builder's folder. */
  readonly buildsDir: string;
  now(): string;
  /** Prints a value for programs (--json), or its words for people. */
  show(value: unknown, words: () => string): void;
  /** A line about what goes on; for people only, beside the result. */
  note(line: string): void;
}

export interface CommonOptions {
  readonly data?: string;
  readonly portBase?: string;
  readonly json?: boolean;
}

export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export function createContext(config: Config, options: CommonOptions, output: Output): Context {
  const data = resolve(options.data ?? config.data);
  const folder = millFolder(data);
  const portBase = portBaseOf(options.portBase ?? config.portBase);
  const json = options.json === true;
  return {
    config,
    data,
    folder,
    portBase,
    json,
    paint: painter(config.color && !json),
    client: createClient({ portBase, token: config.token ?? tokenIn(folder.tokenFile) }),
    buildsDir: resolve(config.builds ?? join(data, 'scheduler', 'build-systems', 'local-rpm')),
    now: () => new Date().toISOString(),
    show: (value, words) => output.out(`${json ? JSON.stringify(value) : words()}\n`),
    note: (line) => output.err(`${line}\n`),
  };
}

/** A wrong use of the command line: ends with 2. */
export function misused(message: string, remedy: string): AppError {
  return new AppError({ code: 'usage', kind: 'invalid', message, remedy });
}

function portBaseOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_000) return port;
  throw misused(`the port base '${text}' is no port`, 'give a number from 1024 to 65000, e.g. --port-base 4100');
}

/** Reading needs no token, so a missing file is no fault yet. */
function tokenIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
