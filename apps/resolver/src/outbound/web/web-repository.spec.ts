import { readRepositoryAt } from '@millrace/package-metadata';
import { freePort } from '@millrace/testing';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { webSettings, type WebSettings } from './settings';
import { WebFiles } from './web-files';

const folder = mkdtempSync(join(tmpdir(), 'millrace-web-'));
const running: { close(): void }[] = [];
afterEach(() => running.splice(0).forEach((one) => one.close()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quick: WebSettings = { ...webSettings, silenceMs: 5000 };
const sha = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The files of a repository with one package, by their paths. */
function repository(version: string, requires = ''): Map<string, Buffer> {
  const primary = gzipSync(
    `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">` +
      `<package type="rpm"><name>quern</name><arch>noarch</arch><version epoch="0" ver="${version}" rel="1"/>` +
      `<checksum type="sha256" pkgid="YES">abc</checksum><location href="quern.rpm"/><format>` +
      `<rpm:requires>${requires}</rpm:requires></format></package></metadata>`,
  );
  const filelists = gzipSync(
    `<filelists packages="1"><package pkgid="abc" name="quern" arch="noarch"><version epoch="0" ver="${version}" rel="1"/>` +
      `<file>/usr/share/mill/grain.tsv</file></package></filelists>`,
  );
  const data = (type: string, name: string, bytes: Buffer): string =>
    `<data type="${type}"><checksum type="sha256">${sha(bytes)}</checksum><location href="repodata/${name}"/><size>${bytes.length}</size></data>`;
  const repomd =
    `<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>${version}</revision>` +
    `${data('primary', 'primary.xml.gz', primary)}${data('filelists', 'filelists.xml.gz', filelists)}</repomd>`;
  return new Map([
    ['/repo/repodata/repomd.xml', Buffer.from(repomd)],
    ['/repo/repodata/primary.xml.gz', primary],
    ['/repo/repodata/filelists.xml.gz', filelists],
  ]);
}

/** A real server; gives its address and what it was asked for. */
async function serve(answer: RequestListener): Promise<{ address: string; port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  return { ...(await listening(server, 'http')), asked };
}

async function listening(server: Server, scheme: string): Promise<{ address: string; port: number }> {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  running.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { address: `${scheme}://127.0.0.1:${port}/repo`, port };
}

function from(files: ReadonlyMap<string, Buffer>): RequestListener {
  return (request, response) => send(files.get(request.url!), response);
}

function send(bytes: Buffer | undefined, response: ServerResponse): void {
  if (bytes) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  else response.writeHead(404).end('gone');
}

async function read(address: string, settings = quick, wanted: readonly string[] = []) {
  const files = new WebFiles(settings);
  try {
    return await readRepositoryAt(await files.place(address), { wantedFiles: () => new Set(wanted) });
  } finally {
    await files.close();
  }
}

describe('a repository of the web', () => {
  it('is read file by file: repomd.xml first, then what it names and nothing else', async () => {
    const { address, asked } = await serve(from(repository('1.0')));
    const { packages, modules } = await read(address);
    expect(packages.map((one) => `${one.name}-${one.version}`)).toEqual(['quern-1.0']);
    expect(modules).toBeNull();
    expect(asked).toEqual(['/repo/repodata/repomd.xml', '/repo/repodata/primary.xml.gz', '/repo/repodata/repomd.xml']);
  });

  it('has its filelists fetched only when somebody requires a file of them', async () => {
    const { address, asked } = await serve(from(repository('1.0')));
    const { packages } = await read(address, quick, ['/usr/share/mill/grain.tsv']);
    expect(packages[0]!.files).toEqual(['/usr/share/mill/grain.tsv']);
    expect(asked).toContain('/repo/repodata/filelists.xml.gz');
  });

  it('leaves nothing behind', async () => {
    const own = mkdtempSync(join(folder, 'tmp-'));
    const usual = process.env['TMPDIR'];
    process.env['TMPDIR'] = own;
    const { address } = await serve(from(repository('1.0')));
    await read(address);
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    expect(readdirSync(own)).toEqual([]);
  });

  it('may move a few times, and not without end', async () => {
    const files = repository('1.0');
    const { address } = await serve((request, response) => {
      const bytes = files.get(request.url!.replace('/moved', ''));
      if (request.url!.startsWith('/moved')) return send(bytes, response);
      response.writeHead(302, { location: `/moved${request.url!}` }).end();
    });
    expect((await read(address)).packages).toHaveLength(1);
    const endless = await serve((request, response) => {
      response.writeHead(301, { location: `${request.url!}x` }).end();
    });
    await expect(read(endless.address)).rejects.toMatchObject({
      code: 'web-address',
      message: expect.stringContaining('more than 5 redirects'),
    });
  });

  it('is never followed from https to http, nor to a file', async () => {
    const { address } = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    await expect(read(address)).rejects.toMatchObject({ code: 'web-address' });
    const { key, cert } = certificate();
    const plain = await serve(from(repository('1.0')));
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${plain.port}${request.url!}` }).end();
    });
    const there = await listening(secure as unknown as Server, 'https');
    await expect(read(there.address, { ...quick, caFile: cert })).rejects.toMatchObject({
      message: expect.stringContaining('from https to http'),
    });
    expect(plain.asked).toEqual([]);
  });

  it('is trusted by the certificate authorities of the settings, and by no others', async () => {
    const { key, cert } = certificate();
    const server = createSecureServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      from(repository('1.0')),
    ) as unknown as Server;
    const { address } = await listening(server, 'https');
    expect((await read(address, { ...quick, caFile: cert })).packages).toHaveLength(1);
    await expect(read(address)).rejects.toMatchObject({ code: 'web-no-answer', kind: 'unavailable' });
    await expect(read(address, { ...quick, caFile: join(folder, 'none.pem') })).rejects.toMatchObject({
      code: 'web-settings',
    });
  });

  it('is read through the proxy of the settings', async () => {
    const { address } = await serve(from(repository('1.0')));
    let tunnels = 0;
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket) => {
      tunnels++;
      const [host, port] = request.url!.split(':');
      const there = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
      for (const one of [there, socket]) one.on('error', () => undefined);
    });
    const { port } = await listening(proxy, 'http');
    expect((await read(address, { ...quick, proxy: `http://127.0.0.1:${port}` })).packages).toHaveLength(1);
    expect(tunnels).toBeGreaterThan(0);
  });
});

describe('a repository of the web that cannot be trusted', () => {
  const primaryIs = (answer: (files: Map<string, Buffer>, response: ServerResponse) => void): RequestListener => {
    const files = repository('1.0');
    return (request, response) => {
      if (request.url!.includes('primary')) answer(files, response);
      else send(files.get(request.url!), response);
    };
  };

  it('is refused when a checksum is wrong, with the address of the file', async () => {
    const { address } = await serve(
      primaryIs((files, response) => {
        const bytes = Buffer.from(files.get('/repo/repodata/primary.xml.gz')!);
        bytes[4]! ^= 1; // a byte of gzip's head that says when it was made
        send(bytes, response);
      }),
    );
    await expect(read(address)).rejects.toMatchObject({
      code: 'metadata-checksum',
      message: expect.stringContaining(`${address}/repodata/primary.xml.gz`),
      remedy: expect.stringContaining('try again'),
    });
  });

  it('is refused when a file is cut short on its way', async () => {
    const { address } = await serve(
      primaryIs((files, response) => {
        const bytes = files.get('/repo/repodata/primary.xml.gz')!;
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 100), () => response.destroy());
      }),
    );
    await expect(read(address)).rejects.toMatchObject({ code: 'web-no-answer', kind: 'unavailable' });
  });

  it('is refused before it is read when it promises to be huge, and at once when it is', async () => {
    let sent = 0;
    const promised = await serve(
      primaryIs((_, response) => response.writeHead(200, { 'content-length': 2 ** 45 }).write('x')),
    );
    await expect(read(promised.address)).rejects.toMatchObject({ code: 'metadata-too-large' });
    const endless = await serve(
      primaryIs((_, response) => {
        response.writeHead(200);
        const more = (): void => {
          if (response.destroyed || sent > 64 * 1024 * 1024) return;
          sent += 65_536;
          response.write(Buffer.alloc(65_536), more);
        };
        more();
      }),
    );
    await expect(read(endless.address)).rejects.toMatchObject({
      code: 'metadata-too-large',
      message: expect.stringContaining('primary.xml.gz'),
    });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('is given up when its server falls silent, or drips', async () => {
    const silent = await serve(primaryIs((_, response) => response.writeHead(200).write('x')));
    await expect(read(silent.address, { ...quick, silenceMs: 300 })).rejects.toMatchObject({ code: 'web-no-answer' });
    const dripping = await serve(
      primaryIs((_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      }),
    );
    await expect(read(dripping.address, { ...quick, fileMs: 500 })).rejects.toMatchObject({
      code: 'web-no-answer',
      message: expect.stringContaining('longer than 0.5 s'),
    });
  });

  it('is refused when it changes between repomd.xml and the end', async () => {
    let files = repository('1.0');
    const { address } = await serve((request, response) => {
      send(files.get(request.url!), response);
      if (request.url!.includes('primary')) files = repository('1.1');
    });
    await expect(read(address)).rejects.toMatchObject({
      ...{ code: 'repository-changed', kind: 'unavailable' },
      remedy: expect.stringContaining('import it again'),
    });
  });

  it('is refused as changed, not as broken, when a file is of the next state already or gone', async () => {
    for (const replaced of [
      repository('1.1'),
      new Map([...repository('1.1')].filter(([p]) => !p.includes('primary'))),
    ]) {
      let files = repository('1.0');
      const { address } = await serve((request, response) => {
        send(files.get(request.url!), response);
        if (request.url!.includes('repomd')) files = replaced;
      });
      await expect(read(address)).rejects.toMatchObject({ code: 'repository-changed' });
    }
  });

  it.each([
    [404, 'web-missing', 'missing'],
    [403, 'web-refused', 'invalid'],
    [503, 'web-no-answer', 'unavailable'],
  ])('is refused when the server answers with %i', async (status, code, kind) => {
    const { address } = await serve((_, response) => response.writeHead(status).end());
    await expect(read(address)).rejects.toMatchObject({ code, kind, message: expect.stringContaining(address) });
  });

  it('is refused when nobody listens, or the address holds a password', async () => {
    await expect(read(`http://127.0.0.1:${await freePort()}/repo`)).rejects.toMatchObject({ code: 'web-no-answer' });
    await expect(read('http://me:secret@127.0.0.1/repo')).rejects.toMatchObject({ code: 'web-address' });
  });
});

function certificate(): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...made, ...names], { stdio: 'pipe' });
  return { key, cert };
}
