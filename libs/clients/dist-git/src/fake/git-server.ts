import { spawn } from 'node:child_process';
import { serve } from '@millrace/testing/http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';

/** git over http as every real server speaks it: git's own http-backend behind a small door. */
export interface GitServer {
  readonly url: string;
  /** The next push is cut off: before the server takes it, or after, when only its answer is lost. */
  cutNextPush(when: 'before' | 'after'): void;
  /** Called before each push is taken: somebody else may be faster. */
  beforePush(act: (() => void | Promise<void>) | null): void;
  stop(): Promise<void>;
}

export interface GitServerOptions {
  /** Folder of bare repositories. */
  readonly root: string;
  /** Asked of everybody, when given. */
  readonly user?: { readonly name: string; readonly password: string };
}

export async function startGitServer({ root, user }: GitServerOptions): Promise<GitServer> {
  let cut: 'before' | 'after' | null = null;
  let before: (() => void | Promise<void>) | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (user && !isAllowed(request, user)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const isPush = request.method === 'POST' && (request.url ?? '').endsWith('/git-receive-pack');
    const now = isPush ? cut : null;
    if (isPush) {
      cut = null;
      await before?.();
    }
    if (now === 'before') return void request.socket.destroy();
    await backend(root, request, response, now === 'after');
  };
  const server = await serve(answer);
  return {
    url: server.url,
    cutNextPush: (when) => void (cut = when),
    beforePush: (act) => void (before = act),
    stop: () => server.stop(),
  };
}

function isAllowed({ headers }: IncomingMessage, { name, password }: { name: string; password: string }): boolean {
  const wanted = Buffer.from(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`);
  const given = Buffer.from(headers.authorization ?? '');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function backend(root: string, request: IncomingMessage, response: ServerResponse, mute: boolean): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://git');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '2',
      ...{ GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
      ...{ GIT_CONFIG_KEY_1: 'http.receivepack', GIT_CONFIG_VALUE_1: 'true' },
      ...{ REQUEST_METHOD: request.method ?? 'GET', PATH_INFO: decodeURIComponent(url.pathname) },
      ...{ QUERY_STRING: url.search.slice(1), REMOTE_USER: 'tester', REMOTE_ADDR: '127.0.0.1' },
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      if (mute) request.socket.destroy();
      else give(Buffer.concat(chunks), response);
      resolve();
    });
  });
}

/** A CGI's answer: head, an empty line, body. */
function give(answer: Buffer, response: ServerResponse): void {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, end).toString('latin1').split('\r\n');
  const fields = head.map(
    (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1];
  for (const [name, value] of fields) if (name && name.toLowerCase() !== 'status') response.setHeader(name, value);
  response.writeHead(status ? Number.parseInt(status, 10) : 200).end(answer.subarray(end + 4));
}
