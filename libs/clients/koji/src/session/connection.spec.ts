import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { fakeWorld, type FakeWorld } from '../fake/fake-world';
import { connectToHub as connect, type KojiHub } from '../hub';
import { valueOf } from '../hub.suite';
import type { KojiOptions } from './options';

const hubs: KojiHub[] = [];
afterAll(() => Promise.all(hubs.map((hub) => hub.close())));

function connectToHub(options: KojiOptions): KojiHub {
  const hub = connect(options);
  hubs.push(hub);
  return hub;
}

const pace = { tries: 2, intervalMs: 5 };

describe('a connection', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const answering = async (
    status: number,
    type: string,
    body: string,
    seen: (agent: string) => void = () => undefined,
  ) => {
    const server = createServer((request, response) => {
      seen(String(request.headers['user-agent']));
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    servers.push(server);
    return `http://127.0.0.1:${await listen(server)}/kojihub`;
  };

  it.each([
    [404, 'text/html', 'koji-not-a-hub', 'invalid'],
    [200, 'text/html', 'koji-not-a-hub', 'invalid'],
    [401, 'text/html', 'koji-not-authorised', 'forbidden'],
    [503, 'text/html', 'koji-no-answer', 'unavailable'],
    [200, 'text/xml', 'koji-no-answer', 'unavailable'],
  ])('says of status %i with %s: %s', async (status, type, code, kind) => {
    const hub = connectToHub({ url: await answering(status, type, '<html>'), pace });
    await expect(hub.getTag('x')).rejects.toMatchObject({ code, kind });
  });

  it('says which address does not answer', async () => {
    const hub = connectToHub({ url: 'http://127.0.0.1:1/kojihub', pace });
    await expect(hub.getTag('x')).rejects.toMatchObject({ message: expect.stringContaining('127.0.0.1:1') as string });
  });

  it('refuses answers that are not as documented, and names the field', async () => {
    const body = '<methodResponse><params><param><value><struct></struct></value></param></params></methodResponse>';
    const hub = connectToHub({ url: await answering(200, 'text/xml', body), pace });
    await expect(hub.getBuildTarget('x')).rejects.toThrow(/getBuildTarget.*build_tag/s);
  });

  it.each([
    [{ url: 'ftp://hub' }, 'koji-option-invalid'],
    [{ url: 'http://hub', timeoutMs: 5000 }, 'koji-option-invalid'],
    [{ url: 'http://hub', caFile: '/nowhere/ca.pem' }, 'koji-file-unreadable'],
  ] as [KojiOptions, string][])('refuses the options %j', (options, code) => {
    expect(() => connectToHub(options)).toThrow(expect.objectContaining({ code }));
  });

  it('says what to install for Kerberos', async () => {
    const hub = connectToHub({ url: 'https://127.0.0.1:1/kojihub', login: { kind: 'kerberos' }, pace });
    await expect(hub.write.getLoggedInUser()).rejects.toMatchObject({ code: 'kerberos-not-installed' });
  });

  it('says who it is', async () => {
    const agents: string[] = [];
    const url = await answering(404, 'text/plain', '', (agent) => agents.push(agent));
    await expect(connectToHub({ url, userAgent: 'millrace/1', pace }).getTag('x')).rejects.toThrow();
    await expect(connectToHub({ url, pace }).getTag('x')).rejects.toThrow();
    expect(agents).toEqual(['millrace/1', 'koji/1']);
  });
});

describe('a client certificate', () => {
  let world: FakeWorld;
  let dir: string;
  let door: Server;
  beforeAll(async () => {
    world = await fakeWorld();
    dir = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    for (const name of ['localhost', 'millrace']) selfSigned(dir, name);
    door = tlsDoor(dir, new URL(world.fake.url).port);
    await listen(door);
  });
  afterAll(async () => {
    door.closeAllConnections();
    door.close();
    await world.destroy();
    rmSync(dir, { recursive: true });
  });

  const options = (name: string): KojiOptions => ({
    url: `https://localhost:${(door.address() as AddressInfo).port}/kojihub`,
    login: { kind: 'certificate', certFile: join(dir, `${name}.pem`), keyFile: join(dir, `${name}.key`) },
    caFile: join(dir, 'localhost.pem'),
    pace,
  });

  it('logs in the user that it names', async () => {
    const hub = connectToHub(options('millrace'));
    expect(valueOf(await hub.write.getLoggedInUser()).name).toBe('millrace');
  });

  it('is refused when the hub does not know it, as is a hub whose authority is unknown', async () => {
    const stranger = connectToHub(options('localhost'));
    await expect(stranger.write.getLoggedInUser()).rejects.toMatchObject({ faultName: 'AuthError' });
    const { caFile: _caFile, ...trusting } = options('millrace');
    await expect(connectToHub(trusting).getTag('t1')).rejects.toThrow(/self-signed certificate/);
  });
});

function listen(server: Server): Promise<number> {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}

function selfSigned(dir: string, name: string): void {
  const files = ['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' });
}

/** The web server before a hub: it checks the certificate and hands on its name. */
function tlsDoor(dir: string, port: string): Server {
  const pem = (file: string) => readFileSync(join(dir, file));
  const tls = {
    cert: pem('localhost.pem'),
    key: pem('localhost.key'),
    ca: [pem('millrace.pem'), pem('localhost.pem')],
  };
  return createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket as TLSSocket;
    const name = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : '';
    const headers = { ...request.headers, 'x-remote-user': name };
    const onward = forward({ port, host: '127.0.0.1', method: 'POST', path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
}
