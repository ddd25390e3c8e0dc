import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { AppError, boundedText } from '@millrace/kernel';
import { Agent, fetch, type Response } from 'undici';

/** Networks that nobody outside may make us ask: RFC 6890 and what clouds keep their secrets behind. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  // Among them IPv4 in its older forms: compatible, and Teredo's.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, bits, 'ipv6');
}

export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isInside(mapped);
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

export interface FetchLimits {
  readonly bytes: number;
  readonly timeoutMs: number;
  /** May the address lead into a private network? */
  readonly private: boolean;
}

const mostRedirects = 3;

/**
 * Fetches a text; null when there is none (404). The address that is connected to is the one that was judged, so that a
 * name cannot mean another machine in between; each redirection is judged anew.
 *
 * @throws AppError `address-refused` (invalid); `upstream-failed`, `upstream-timeout` (unavailable)
 */
export async function fetchText(url: string, limits: FetchLimits): Promise<string | null> {
  const agent = new Agent({
    connect: { timeout: limits.timeoutMs, ...(limits.private ? {} : { lookup: judgedLookup }) },
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
  });
  try {
    return await follow(url, agent, limits);
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : faultOf(url, thrown);
  } finally {
    await agent.destroy();
  }
}

async function follow(start: string, agent: Agent, limits: FetchLimits): Promise<string | null> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  let url = judged(start, limits);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await fetch(url, { dispatcher: agent, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = judged(new URL(location, url).href, limits);
      continue;
    }
    if (response.status === 404) return null;
    if (response.status === 200) return await bodyOf(response, limits.bytes);
    throw failed(start, `it answered ${response.status}`);
  }
  throw failed(start, `it sends on more than ${mostRedirects} times`);
}

function judged(text: string, limits: FetchLimits): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refused(text, 'is no http or https address');
  if (url.username !== '' || url.password !== '') throw refused(url.host, 'carries a password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!limits.private && (isIP(host) ? isInside(host) : /(^|\.)(localhost|local|internal)\.?$/.test(host))) {
    throw refused(url.host, 'leads into a private network');
  }
  return url;
}

type Looked = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

function judgedLookup(hostname: string, options: object, callback: Looked): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const outside = addresses.filter(({ address }) => !isInside(address));
    if (outside.length < addresses.length || outside.length === 0) {
      return callback(Object.assign(new Error('inside'), { code: 'EINSIDE' }), []);
    }
    if ((options as { all?: boolean }).all === true) return callback(null, outside);
    return callback(null, outside[0]!.address, outside[0]!.family);
  });
}

async function bodyOf(response: Response, most: number): Promise<string> {
  const text = await boundedText(response.body, most);
  if (text === null) throw failed(response.url, `it has more than ${most} bytes`);
  return text;
}

function faultOf(url: string, thrown: unknown): AppError {
  const { name, cause } = thrown as { name?: string; cause?: { code?: string } };
  if (cause?.code === 'EINSIDE') return refused(hostOf(url), 'leads into a private network');
  const late = name === 'TimeoutError' || /TIMEOUT/.test(cause?.code ?? '');
  return late ? timedOut(url, thrown) : failed(url, cause?.code ?? 'it cannot be reached', thrown);
}

function refused(what: string, why: string): AppError {
  return new AppError({
    code: 'address-refused',
    kind: 'invalid',
    message: `the address ${what.slice(0, 300)} ${why}`,
    remedy: 'name a public address, or allow private ones with the setting remote_rules_private',
  });
}

function failed(url: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'upstream-failed',
    kind: 'unavailable',
    message: `${hostOf(url)} could not be asked: ${why}`,
    remedy: 'ask again when it is back',
    cause,
  });
}

function timedOut(url: string, cause: unknown): AppError {
  return new AppError({
    code: 'upstream-timeout',
    kind: 'unavailable',
    message: `${hostOf(url)} did not answer in time`,
    remedy: 'ask again when it is back',
    cause,
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url.slice(0, 200);
}
