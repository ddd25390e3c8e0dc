import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { packageXml, writePrimary, writeRepository } from '../../../test/rpm-repository';
import { GraphFiles } from '../../store/graph-files';
import { importFiles } from '../import-files';

const folder = mkdtempSync(join(tmpdir(), 'millrace-bad-'));
const graphs = join(folder, 'graphs');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fresh = (): string => mkdtempSync(join(folder, 'repository-'));
const good = packageXml('good', '1');
const opens = '<metadata xmlns="http://linux.duke.edu/metadata/common">';

/** What an import says of its input; and that it left nothing of a graph behind. */
async function refusal(kind: string, sources: readonly string[], packages: readonly string[]): Promise<unknown> {
  const order = { release: 'r', number: 1, parts: {}, newest: null, kind, sources, packages, arch: 'amd64' };
  const thrown = await importFiles(order, new GraphFiles(graphs), null).catch((error: unknown) => error);
  expect(existsSync(graphs)).toBe(false);
  return thrown;
}

const ofRepository = (address: string): Promise<unknown> => refusal('rpm-md', [], [address]);

function damaged(file: string, message: RegExp, code = 'metadata-damaged'): object {
  expect(message.source).not.toBe('');
  return expect.objectContaining({
    ...{ code, message: expect.stringMatching(message), remedy: expect.stringMatching(/\S/) },
    ...{ kind: expect.stringMatching(/^(invalid|unavailable|missing)$/) },
  }) as object;
}

describe('archives', () => {
  it('that are cut short', async () => {
    const whole = gzipSync(`${opens}${good.repeat(50)}</metadata>`);
    const address = writePrimary(fresh(), 'primary.xml.gz', whole.subarray(0, whole.length >> 1));
    expect(await ofRepository(address)).toEqual(
      damaged(address, /primary\.xml\.gz cannot be read after \d+ open bytes: .*/),
    );
  });

  it('that are corrupt', async () => {
    const bytes = gzipSync(`${opens}${good.repeat(50)}</metadata>`);
    bytes[bytes.length - 6]! ^= 0xff;
    const address = writePrimary(fresh(), 'primary.xml.gz', bytes);
    expect(await ofRepository(address)).toEqual(
      damaged(address, /primary\.xml\.gz cannot be read after \d+ open bytes/),
    );
  });

  it('whose checksum does not match', async () => {
    const address = writeRepository(fresh(), good);
    writeFileSync(join(address, 'repodata/primary.xml'), `${opens}${packageXml('other', '2')}</metadata>`);
    const refused = await ofRepository(address);
    expect(refused).toEqual(damaged(address, /primary\.xml has the sha256 .* was promised/, 'metadata-checksum'));
  });

  it('that promise no checksum', async () => {
    const address = fresh();
    mkdirSync(join(address, 'repodata'));
    writeFileSync(
      join(address, 'repodata/repomd.xml'),
      '<repomd><data type="primary"><location href="repodata/primary.xml"/></data></repomd>',
    );
    expect(await ofRepository(address)).toEqual(damaged(address, /promises no checksum/, 'metadata-checksum'));
  });

  it.each([
    ['gz', 'one text without an end', `${opens}<package><name>`, /primary\.xml\.gz.*more than 1048576 bytes/],
    ['gz', 'one tag without an end', `${opens}<package a="`, /primary\.xml\.gz.*more than 1048576 bytes/],
  ])('that are bombs (%s, %s) at bounded memory', async (_, __, start, message) => {
    const address = writePrimary(fresh(), 'primary.xml.gz', await bomb(start, 256));
    const before = process.memoryUsage.rss();
    expect(await ofRepository(address)).toEqual(damaged(address, message));
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  });

  (existsSync('/usr/bin/zstd') ? it : it.skip)(
    'that are bombs in Debian indices (zstd, where it is installed)',
    async () => {
      const plain = join(fresh(), 'Sources');
      writeFileSync(plain, `Package: a\nDescription: ${'x'.repeat(16 * 1024 * 1024)}\n`);
      execFileSync('zstd', ['-q', plain]);
      const refused = await refusal('deb822', [`${plain}.zst`], [plain]);
      expect(refused).toEqual(damaged(plain, /Sources\.zst, line 1: a paragraph has more than/, 'metadata-too-large'));
    },
  );
});

describe('XML', () => {
  it('with entities', async () => {
    const lol = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><metadata>&b;</metadata>';
    const address = writePrimary(fresh(), 'primary.xml', Buffer.from(lol));
    expect(await ofRepository(address)).toEqual(damaged(address, /primary\.xml.*document type.*\(byte 1\)/));
  });

  it('with an entity that nobody defined', async () => {
    const address = writePrimary(
      fresh(),
      'primary.xml',
      Buffer.from(`${opens}<package><name>&x;</name></package></metadata>`),
    );
    expect(await ofRepository(address)).toEqual(damaged(address, /primary\.xml.*\(byte \d+\)/));
  });

  it('with a million attributes', async () => {
    const many = Array.from({ length: 1_000_000 }, (_, n) => ` a${n}="x"`).join('');
    const address = writePrimary(fresh(), 'primary.xml', Buffer.from(`${opens}<package${many}/></metadata>`));
    expect(await ofRepository(address)).toEqual(damaged(address, /more than 64 attributes|one too many.*\(byte \d+\)/));
  });

  it('with a million levels', async () => {
    const address = writePrimary(fresh(), 'primary.xml', Buffer.from(`<metadata>${'<a>'.repeat(1_000_000)}`));
    expect(await ofRepository(address)).toEqual(damaged(address, /nests deeper than 64 elements.*\(byte \d+\)/));
  });

  it('that ends within an element, or is none', async () => {
    for (const text of [`${opens}${good}`, 'no xml at all', '']) {
      const address = writePrimary(fresh(), 'primary.xml', Buffer.from(text));
      expect(await ofRepository(address)).toEqual(damaged(address, /primary\.xml is no metadata that can be read/));
    }
  });

  it('whose index leads out of the repository', async () => {
    const address = fresh();
    mkdirSync(join(address, 'repodata'));
    const data =
      '<data type="primary"><checksum type="sha256">00</checksum><location href="../../../etc/passwd"/></data>';
    writeFileSync(join(address, 'repodata/repomd.xml'), `<repomd>${data}</repomd>`);
    expect(await ofRepository(address)).toEqual(
      damaged(address, /'\.\.\/\.\.\/\.\.\/etc\/passwd', which is not below/, 'metadata-path'),
    );
  });
});

describe('YAML', () => {
  const deep = '['.repeat(50_000);
  it.each([
    ['declared', `components: ${deep}\n`, /deep\.yaml:1:\d+: it nests deeper than anybody reads/, 'declared-malformed'],
    [
      ...['modulemd', `document: modulemd\nversion: 2\ndata: ${deep}\n`],
      ...[/deep\.yaml, document 1 \(line 1\) cannot be read: it nests deeper/, 'modulemd-damaged'],
    ],
  ] as const)('that nests without an end (%s)', async (kind, text, message, code) => {
    const file = join(fresh(), 'deep.yaml');
    writeFileSync(file, text);
    expect(await refusal(kind, [file], [])).toEqual(damaged(file, message, code));
  });
});

describe('dependencies', () => {
  it.each([
    ['that are conditions without an end', packageXml('a', '1', { requires: ['(b and'] }), /\(b and.*\(byte \d+\)/],
    [
      'that mix operators',
      packageXml('a', '1', { requires: ['(b and c or d)'] }),
      /mixes 'and' and 'or'.*\(byte \d+\)/,
    ],
    [
      'with a comparison that is none',
      good.replace('<rpm:provides>', '<rpm:provides><rpm:entry name="a" flags="ABOUT" ver="1"/>'),
      /'ABOUT' is none of the comparisons.*\(byte \d+\)/,
    ],
  ])('%s', async (_, xml, message) => {
    const address = writeRepository(fresh(), xml);
    expect(await ofRepository(address)).toEqual(damaged(address, message));
  });
});

/** `start`, then `megabytes` of one letter, gzipped to a thousandth of that. */
async function bomb(start: string, megabytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => gzip.on('end', resolve));
  gzip.write(start);
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  for (let n = 0; n < megabytes; n++) if (!gzip.write(megabyte)) await new Promise((go) => gzip.once('drain', go));
  gzip.end();
  await ended;
  return Buffer.concat(chunks);
}
