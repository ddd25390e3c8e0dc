import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { App } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { parse } from 'yaml';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where each service listens: the base port is NATS's own. */
const portOffsets: Readonly<Record<App, number>> = {
  resolver: 1,
  scheduler: 2,
  'ci-bridge': 3,
  notifier: 4,
  harvester: 5,
};

/** Settings that every service has; `MILLRACE_<KEY>`, or `MILLRACE_<APP>_<KEY>` for one service alone. */
const common = z.object({
  data: z.string().default('.millrace/data'),
  host: z.string().default('127.0.0.1'),
  port_base: z.coerce.number().int().min(1024).max(65_000).default(4100),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  nats_url: z.string().optional(),
  nats_user: z.string().optional(),
  nats_password_file: z.string().optional(),
  tokens_file: z.string().optional(),
  database_url: z.string().optional(),
  database_url_file: z.string().optional(),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

export interface Settings<Config> {
  readonly app: App;
  readonly host: string;
  readonly port: number;
  /** The service's own folder. */
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly natsServers: readonly string[];
  readonly natsUser: string | undefined;
  readonly natsPasswordFile: string | undefined;
  readonly tokensFile: string;
  readonly logLevel: string;
  readonly config: Config;
}

/**
 * A service's settings: its section of `millrace.yaml` (MILLRACE_CONFIG), over it `MILLRACE_<KEY>`, over that
 * `MILLRACE_<APP>_<KEY>`. All problems are listed at once.
 */
export function readSettings<Config>(app: App, schema: z.ZodType<Config>, env: Environment): Settings<Config> {
  const file = readFile(env['MILLRACE_CONFIG']);
  const section = { ...asRecord(file['common']), ...asRecord(file[app]) };
  const shared = common.safeParse({
    ...section,
    ...fromEnvironment('MILLRACE_', Object.keys(common.shape), env),
    ...own(app, Object.keys(common.shape), env),
  });
  const keys = schema instanceof z.ZodObject ? Object.keys(schema.shape as object) : [];
  const fields = Object.fromEntries(keys.flatMap((key) => (key in section ? [[key, section[key]]] : [])));
  const special = schema.safeParse({ ...fields, ...own(app, keys, env) });
  const problems = [...unknownKeys(app, file[app], keys), ...issues(shared.error), ...issues(special.error)];
  if (!shared.success || !special.success || problems.length > 0) {
    throw new AppError({
      code: 'settings-invalid',
      kind: 'invalid',
      message: `${app} cannot start with these settings:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      remedy: `correct them in the environment (MILLRACE_…, MILLRACE_${envName(app)}_…) or in the section '${app}' of millrace.yaml`,
    });
  }
  return settle(app, shared.data, special.data);
}

function settle<Config>(app: App, shared: z.output<typeof common>, config: Config): Settings<Config> {
  const data = resolve(shared.data);
  const dataDir = join(data, app);
  const url = shared.database_url_file ? readSecret(shared.database_url_file) : shared.database_url;
  return {
    app,
    host: shared.host,
    port: shared.port ?? shared.port_base + portOffsets[app],
    dataDir,
    databaseUrl: url ?? `sqlite:${join(dataDir, `${app}.sqlite`)}`,
    natsServers: (shared.nats_url ?? `nats://127.0.0.1:${shared.port_base}`).split(','),
    natsUser: shared.nats_user,
    natsPasswordFile: shared.nats_password_file,
    tokensFile: absolute(shared.tokens_file ?? join(data, 'secrets', 'tokens.json')),
    logLevel: shared.log_level,
    config,
  };
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}

function envName(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toUpperCase();
}

function own(app: App, keys: readonly string[], env: Environment): Record<string, unknown> {
  return fromEnvironment(`MILLRACE_${envName(app)}_`, keys, env);
}

function fromEnvironment(prefix: string, keys: readonly string[], env: Environment): Record<string, unknown> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = env[prefix + envName(key)];
      return value === undefined || value === '' ? [] : [[key, scalar(value)]];
    }),
  );
}

/** Numbers and booleans as YAML has them; everything else stays text. */
function scalar(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text;
}

function issues(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
}

/** A typo must not silently leave a setting as it was. */
function unknownKeys(app: App, section: unknown, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const known = new Set([...Object.keys(common.shape), ...keys]);
  const unknown = Object.keys(asRecord(section)).filter((key) => !known.has(key));
  return unknown.map((key) => `${key}: is no setting of ${app}`);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new AppError({
      code: 'settings-unreadable',
      kind: 'invalid',
      message: `database_url_file cannot be read: ${(thrown as Error).message}`,
      remedy: 'point MILLRACE_DATABASE_URL_FILE at a file that this user may read',
      cause: thrown,
    });
  }
}

function readFile(path: string | undefined): Record<string, unknown> {
  if (!path) return {};
  try {
    return asRecord(parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 }));
  } catch (thrown) {
    throw new AppError({
      code: 'settings-unreadable',
      kind: 'invalid',
      message: `the settings file ${path} cannot be read: ${(thrown as Error).message}`,
      remedy: 'correct it, or point MILLRACE_CONFIG at another file',
      cause: thrown,
    });
  }
}
