import { AppError } from '@millrace/kernel';
import { tooLarge } from '@millrace/package-metadata';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { request, type Dispatcher } from 'undici';
import { openWay, type Way } from './way';
import type { WebSettings } from './settings';

const mostRedirects = 5;

export interface Download {
  readonly url: string;
  /** The file that is written. */
  readonly to: string;
  /** More bytes than these are refused, before they are read where the server says how many there are. */
  readonly mostBytes: number;
}

/**
 * Fetches files one after another, each bounded in bytes, silence and time. At most five redirects are followed, only to
 * http and https, and never from https to http.
 * @throws AppError `web-address`, `web-refused` (invalid), `web-missing`, `web-no-answer` (unavailable),
 * `metadata-too-large`
 */
export class Downloads {
  private readonly way: Way;

  constructor(
    private readonly settings: WebSettings,
    private readonly signal: AbortSignal | null = null,
  ) {
    this.way = openWay(settings);
  }

  async fetch({ url, to, mostBytes }: Download): Promise<void> {
    const timeout = AbortSignal.timeout(this.settings.fileMs);
    const signal = this.signal ? AbortSignal.any([this.signal, timeout]) : timeout;
    try {
      const { body, headers } = await this.follow(checkedUrl(url), signal);
      const promised = Number(headers['content-length'] ?? 0);
      if (promised > mostBytes) {
        body.destroy();
        throw tooLarge(url, mostBytes, 'bytes');
      }
      await pipeline(body, bounded(url, mostBytes), createWriteStream(to), { signal });
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      const late = timeout.aborted ? `it took longer than ${this.settings.fileMs / 1000} s` : null;
      throw noAnswer(url, late ?? (thrown instanceof Error ? thrown.message : String(thrown)), thrown);
    }
  }

  async close(): Promise<void> {
    await this.way.dispatcher.destroy();
  }

  private async follow(first: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let url = first;
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const response = await this.get(url, signal);
      const { statusCode, headers, body } = response;
      if (statusCode === 200) return response;
      body.on('error', () => undefined).destroy();
      if (![301, 302, 303, 307, 308].includes(statusCode)) throw refused(url, statusCode);
      url = redirected(url, headers['location']);
    }
    throw wrongAddress(first.href, `it leads through more than ${mostRedirects} redirects`);
  }

  private get(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { silenceMs } = this.settings;
    return request(url, {
      method: 'GET',
      headers: { 'user-agent': 'millrace-resolver', 'accept-encoding': 'identity' },
      dispatcher: this.way.dispatcher,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      signal,
    });
  }
}

/** @throws AppError `web-address` */
export function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw wrongAddress(text, 'it must begin with http:// or https:// and hold no password');
}

function redirected(from: URL, location: string | string[] | undefined): URL {
  const text = Array.isArray(location) ? location[0] : location;
  if (text === undefined || !URL.canParse(text, from.href)) throw wrongAddress(from.href, 'it redirects to nowhere');
  const to = checkedUrl(new URL(text, from.href).href);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw wrongAddress(from.href, 'it redirects from https to http');
  }
  return to;
}

function bounded(url: string, most: number) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge(url, most, 'bytes');
      yield chunk;
    }
  };
}

function refused(url: URL, status: number): AppError {
  const what = `${url.href} answered with status ${status}`;
  if (status >= 500 || status === 408 || status === 429) return noAnswer(url.href, `status ${status}`, undefined);
  if (status === 404 || status === 410) {
    const remedy = 'check the address of the repository; a mirror may also have moved on while it was read';
    return new AppError({ code: 'web-missing', kind: 'missing', message: what, remedy });
  }
  return new AppError({
    code: 'web-refused',
    kind: 'invalid',
    message: what,
    remedy: 'check the address, and that this machine may read it (proxy, certificate authority)',
  });
}

function noAnswer(url: string, why: string, cause: unknown): AppError {
  return new AppError({
    code: 'web-no-answer',
    kind: 'unavailable',
    message: `${url} cannot be read whole: ${why}`,
    remedy: 'check that the server is up and can be reached from here (proxy, certificate authority), and import again',
    cause,
  });
}

function wrongAddress(address: string, why: string): AppError {
  return new AppError({
    code: 'web-address',
    kind: 'invalid',
    message: `'${address.slice(0, 300)}' is not read: ${why}`,
    remedy: 'name the address of the repository itself',
  });
}
