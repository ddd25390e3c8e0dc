import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP server on loopback, for a fake of somebody else's. */
export interface FixtureServer {
  readonly url: string;
  /** Cuts every connection. */
  stop(): Promise<void>;
}

/** What a fake says; null: nothing, the connection is cut. */
export type FixtureAnswer = {
  readonly status: number;
  readonly body: unknown;
  /** Beside its content type. */
  readonly headers?: Readonly<Record<string, string>>;
} | null;

/** Any port that is free. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<FixtureServer> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The same for a fake that reads a text and answers with JSON. */
export function serveJson(answer: (request: IncomingMessage, text: string) => FixtureAnswer): Promise<FixtureServer> {
  return serve(async (request, response) => {
    const given = answer(request, await bodyOf(request));
    if (given === null) return void request.socket.destroy();
    const headers = { 'content-type': 'application/json', ...given.headers };
    response.writeHead(given.status, headers).end(JSON.stringify(given.body));
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
