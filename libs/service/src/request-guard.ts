import type { NextFunction, Request, Response } from 'express';

/**
 * On loopback a web page in somebody's browser must not reach a service by a name of its own (DNS rebinding), nor post
 * to it: Host must name this machine, and Origin, when there is one, too, or be one of `origins`. A browser may ask what it
 * may do (OPTIONS), which does nothing: it is not told that it may.
 */
export function guardLoopback(
  host: string,
  origins: readonly string[] = [],
): (request: Request, response: Response, next: NextFunction) => void {
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return (request, response, next) => {
    const origin = request.headers.origin;
    const known = origin === undefined || origins.includes(origin) || isLocal(hostOf(origin));
    const fine = isLocal(request.headers.host) && (known || request.method === 'OPTIONS');
    if (!loopback || fine) return next();
    const body = {
      type: 'urn:millrace:host-refused',
      title: 'host-refused',
      status: 403,
      code: 'host-refused',
      detail: 'this service answers on loopback only, under the names localhost, 127.0.0.1 and [::1]',
    };
    response.status(403).type('application/problem+json').send(JSON.stringify(body));
  };
}

function isLocal(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

function hostOf(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    return 'malformed';
  }
}
