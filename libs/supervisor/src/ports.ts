import { createServer, connect } from 'node:net';
import { portOf } from '@millrace/admin-client';
import type { App } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';

/** Can a server listen there now? */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)));
  });
}

/** @throws AppError `port-taken` that names the first taken port and whose it would be */
export async function assertPortsFree(portBase: number, withNats: boolean, apps: readonly App[]): Promise<void> {
  const wanted = [
    ...(withNats ? [{ name: 'nats-server', port: portBase }] : []),
    ...apps.map((app) => ({ name: app, port: portOf(app, portBase) })),
  ];
  for (const { name, port } of wanted) {
    if (await isPortFree(port)) continue;
    throw new AppError({
      code: 'port-taken',
      kind: 'conflict',
      message: `port ${port} on 127.0.0.1, which ${name} needs, is taken by another program`,
      remedy: `end that program (an earlier 'millrace up' or 'npm start'?), or choose other ports, e.g. --port-base ${await findPortBase(portBase + 100)}`,
    });
  }
}

/** A port base, from `from` upwards, with this many free ports in a row. */
export async function findPortBase(from: number, count = 6): Promise<number> {
  for (let base = from; base < 64_000; base += 10) {
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isPortFree(base + n)));
    if (free.every(Boolean)) return base;
  }
  throw new AppError({
    code: 'ports-exhausted',
    kind: 'unavailable',
    message: `no ${count} free ports in a row from ${from} on`,
    remedy: 'end programs that listen on loopback',
  });
}

/** What a NATS server says when somebody connects: its INFO; null when nothing that speaks NATS answers. */
export function natsInfo(
  host: string,
  port: number,
  timeoutMs = 1000,
): Promise<{ version: string; jetstream: boolean } | null> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    let text = '';
    const end = (info: { version: string; jetstream: boolean } | null): void => {
      socket.destroy();
      done(info);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.once('error', () => end(null));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n') || text.length > 65_536) end(infoOf(text));
    });
  });
}

function infoOf(text: string): { version: string; jetstream: boolean } | null {
  const match = /^INFO (\{.*\})/.exec(text);
  if (!match) return null;
  try {
    const info = JSON.parse(match[1]!) as { version?: string; jetstream?: boolean };
    return { version: info.version ?? '?', jetstream: info.jetstream === true };
  } catch {
    return null;
  }
}
