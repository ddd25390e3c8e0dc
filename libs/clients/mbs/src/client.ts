import { AppError, boundedText } from '@millrace/kernel';
import { negotiateHeader } from '@millrace/koji';
import { readFileSync } from 'node:fs';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { refusedBy, unreachable } from './problem';
import { about, moduleBuild, page, type About, type ModuleBuild, type ModuleState } from './schema';

export type MbsLogin =
  { readonly kind: 'token'; readonly token: () => string } | { readonly kind: 'kerberos'; readonly service?: string };

export interface MbsOptions {
  /** With the version of the API: `https://mbs.example.org/module-build-service/2`. */
  readonly url: string;
  readonly login?: MbsLogin;
  readonly caFile?: string;
  readonly proxy?: string;
  /** Longest silence, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
}

/** POST module-builds/; what is left out is left to the service. */
export interface ModuleSubmission {
  readonly scmurl: string;
  readonly branch: string;
  readonly buildrequire_overrides?: Readonly<Record<string, readonly string[]>>;
  readonly require_overrides?: Readonly<Record<string, readonly string[]>>;
  readonly rebuild_strategy?: string;
  /** Id or NSVC of a build whose components may be used again. */
  readonly reuse_components_from?: number | string;
  readonly scratch?: boolean;
}

/** Filters of GET module-builds/; several states are asked for as several. */
export interface ModuleQuery {
  readonly name?: string;
  readonly stream?: string;
  readonly version?: string;
  readonly state?: readonly ModuleState[];
  readonly owner?: string;
  readonly scmurl?: string;
  readonly koji_tag?: string;
  /** The base module that it was built for, e.g. `platform` and `f44`. */
  readonly base_module_br_name?: string;
  readonly base_module_br_stream?: string;
  readonly submitted_after?: string;
  readonly modified_after?: string;
  readonly order_by?: string;
}

/** The Module Build Service, by REST v1 or v2. Nothing is sent before the first call. */
export interface Mbs {
  about(): Promise<About>;
  /** v1 answers one build, v2 one per stream expansion; here it is always a list. */
  submit(submission: ModuleSubmission): Promise<readonly ModuleBuild[]>;
  /** null where there is none. */
  build(id: number): Promise<ModuleBuild | null>;
  /** All pages, at most `most` builds; `plain` ones come without their modulemd. */
  builds(query: ModuleQuery, most?: number, how?: 'verbose' | 'plain'): Promise<readonly ModuleBuild[]>;
  /** Fails it on request: what was built stays, and a new submission of the same source goes on from there. */
  cancel(id: number): Promise<ModuleBuild>;
  rebuildStrategies(): Promise<readonly string[]>;
  /** Makes a module that was built elsewhere known. */
  importModule(scmurl: string): Promise<unknown>;
  close(): Promise<void>;
}

const perPage = 100;
/** A module with hundreds of components, verbose: its modulemd is in it. */
const longestBody = 32 * 1024 * 1024;

/** @throws AppError `mbs-option-invalid`, `mbs-file-unreadable` (invalid) */
export function connectToMbs(options: MbsOptions): Mbs {
  const call = callerOf(options);
  return {
    about: () => call('GET', 'about/', about),
    submit: async (submission) => {
      const answer = await call('POST', 'module-builds/', z.union([z.array(moduleBuild), moduleBuild]), submission);
      return Array.isArray(answer) ? answer : [answer];
    },
    build: async (id) => {
      try {
        return await call('GET', `module-builds/${id}?verbose=true`, moduleBuild);
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.kind === 'missing') return null;
        throw thrown;
      }
    },
    builds: (query, most = 10_000, how = 'verbose') => allPages(call, { query, verbose: how === 'verbose' }, most),
    cancel: (id) => call('PATCH', `module-builds/${id}`, moduleBuild, { state: 'failed' }),
    rebuildStrategies: async () => {
      const schema = z.looseObject({ items: z.array(z.looseObject({ name: z.string() })) });
      return (await call('GET', 'rebuild-strategies/', schema)).items.map((one) => one.name);
    },
    importModule: (scmurl) => call('POST', 'import-module/', z.unknown(), { scmurl }),
    close: () => call.close(),
  };
}

interface Caller {
  <T>(method: 'GET' | 'POST' | 'PATCH', path: string, schema: z.ZodType<T>, body?: object): Promise<T>;
  close(): Promise<void>;
}

interface Listing {
  readonly query: ModuleQuery;
  readonly verbose: boolean;
}

async function allPages(call: Caller, listing: Listing, most: number): Promise<readonly ModuleBuild[]> {
  const found: ModuleBuild[] = [];
  for (let at = 1; found.length < most; at++) {
    const words = wordsOf(listing, at);
    const { items, meta } = await call('GET', `module-builds/?${words.toString()}`, page);
    found.push(...items);
    if (at >= meta.pages || items.length === 0) break;
  }
  return found.slice(0, most);
}

function wordsOf({ query, verbose }: Listing, at: number): URLSearchParams {
  const words = new URLSearchParams({ page: String(at), per_page: String(perPage) });
  if (verbose) words.set('verbose', 'true');
  const filters = Object.entries(query) as [string, string | readonly string[]][];
  for (const [name, value] of filters) [value].flat().forEach((one) => words.append(name, one));
  return words;
}

function callerOf(options: MbsOptions): Caller {
  const base = checkedUrl(options.url);
  const dispatcher = dispatcherOf(options);
  const timeout = options.timeoutMs ?? 60_000;
  const call = async <T>(method: 'GET' | 'POST' | 'PATCH', path: string, schema: z.ZodType<T>, body?: object) => {
    const url = `${base}/${path}`;
    const login = method === 'GET' ? {} : await authorization(options);
    const headers = { accept: 'application/json', ...login, ...(body ? { 'content-type': 'application/json' } : {}) };
    const text = body ? { body: JSON.stringify(body) } : {};
    const times = { headersTimeout: timeout, bodyTimeout: timeout };
    const answer = await request(url, { method, headers, dispatcher, ...times, ...text }).catch((cause: unknown) => {
      throw unreachable(base, cause);
    });
    const said = await textOf(answer, base);
    if (answer.statusCode >= 300) throw refusedBy(base, answer.statusCode, said);
    return parsed(base, path, schema, said);
  };
  return Object.assign(call, { close: () => dispatcher.close() });
}

async function textOf({ body }: Dispatcher.ResponseData, base: string): Promise<string> {
  const text = await boundedText(body as AsyncIterable<Buffer>, longestBody).catch((cause: unknown) => {
    throw unreachable(base, cause);
  });
  if (text === null) throw unreachable(base, `its answer is longer than ${longestBody} bytes`);
  return text;
}

function parsed<T>(base: string, path: string, schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError({
      code: 'mbs-answer-strange',
      kind: 'unavailable',
      message: `${base}/${path.split('?')[0]} answered something that is no answer of a Module Build Service`,
      remedy: 'check the address: it ends with module-build-service/1 or /2',
      cause,
    });
  }
}

async function authorization({ url, login }: MbsOptions): Promise<Record<string, string>> {
  if (!login) throw noLogin(url);
  if (login.kind === 'token') return { authorization: `Bearer ${login.token()}` };
  return { authorization: await negotiateHeader(url, login.service) };
}

function dispatcherOf({ caFile, proxy }: MbsOptions): Dispatcher {
  const tls = caFile === undefined ? {} : { ca: pem(caFile) };
  return proxy === undefined ? new Agent({ connect: tls }) : new ProxyAgent({ uri: proxy, requestTls: tls });
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const remedy = 'name a PEM file that this process may read';
    throw new AppError({ code: 'mbs-file-unreadable', kind: 'invalid', message: `cannot read ${file}`, remedy, cause });
  }
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = text.replace(/\/+$/, '');
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.username && /\/[12]$/.test(plain)) return plain;
  throw new AppError({
    code: 'mbs-option-invalid',
    kind: 'invalid',
    message: `'${text.slice(0, 200)}' is no address of a Module Build Service`,
    remedy: 'write it with the version of its API: https://mbs.example.org/module-build-service/2',
  });
}

function noLogin(url: string): AppError {
  return new AppError({
    code: 'mbs-login-missing',
    kind: 'forbidden',
    message: `submitting to ${url} needs a token or a Kerberos ticket, and none is configured`,
    remedy: 'configure `login` of this build system',
  });
}
