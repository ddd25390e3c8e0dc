import { AppError } from '@millrace/kernel';
import { readFileSync } from 'node:fs';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { WebSettings } from './settings';

export interface Way {
  readonly dispatcher: Dispatcher;
}

/** @throws AppError `web-settings` when the certificate authorities cannot be read */
export function openWay({ proxy, caFile, silenceMs }: WebSettings): Way {
  const tls = { timeout: silenceMs, ...(caFile === null ? {} : { ca: pem(caFile) }) };
  return { dispatcher: proxy === null ? new Agent({ connect: tls }) : new ProxyAgent({ uri: proxy, requestTls: tls }) };
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError({
      code: 'web-settings',
      kind: 'invalid',
      message: `cannot read the certificate authorities of ${file}`,
      remedy: 'name a PEM file that the resolver may read: setting resolver.ca_file',
      cause,
    });
  }
}
