import type { Contents } from '@millrace/contracts';
import { AppError, sha256 } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { MakeOrder } from '../../domain/input';
import { composeMaker } from './make-compose';
import { digestOfFile } from './repository-files';

const run = promisify(execFile);

/** Two packages of which one needs the other, and a third that carries what no build made. */
const specs = {
  platform: ['Name: platform', 'Version: 12', 'Release: 1', 'Provides: /bin/sh'],
  quern: ['Name: quern', 'Version: 1.0', 'Release: 1.mr1', 'Requires: millstone >= 1', 'Requires: /bin/sh'],
  millstone: ['Name: millstone', 'Version: 1.0', 'Release: 1.mr2', 'Epoch: 1'],
};

let dir: string;
let repository: string;
let composes: string;
let stored: Map<string, Contents>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-harvester-'));
  repository = join(dir, 'base', '3');
  await mkdir(join(repository, 'packages'), { recursive: true });
  await mkdir(join(repository, 'source'));
  for (const [name, head] of Object.entries(specs)) await buildPackage(name, head);
});

beforeEach(async () => {
  composes = await mkdtemp(join(dir, 'composes-'));
  stored = new Map([
    ['quern', await contentsOf('quern', '0', '1.mr1')],
    ['millstone', await contentsOf('millstone', '1', '1.mr2')],
  ]);
});

afterAll(() => rm(dir, { recursive: true }));

async function buildPackage(name: string, head: readonly string[]): Promise<void> {
  const top = join(dir, 'top', name);
  await mkdir(top, { recursive: true });
  const files = name === 'platform' ? '' : `%dir /usr/share/${name}\n`;
  const install = name === 'platform' ? '' : `%install\nmkdir -p %{buildroot}/usr/share/${name}\n`;
  const rest = `Summary: A part of a mill\nLicense: MIT\nBuildArch: noarch\n%description\nA test.\n${install}%files\n${files}`;
  await writeFile(join(top, `${name}.spec`), `${head.join('\n')}\n${rest}`);
  const defines = ['--define', `_topdir ${top}`, '--define', `_dbpath ${top}/db`];
  await run('rpmbuild', ['-ba', '--quiet', ...defines, join(top, `${name}.spec`)], {
    env: { PATH: '/usr/bin:/bin', HOME: top },
  });
  const [binary] = await readdir(join(top, 'RPMS/noarch'));
  await run('mv', [join(top, 'RPMS/noarch', binary!), join(repository, 'packages')]);
  const [source] = await readdir(join(top, 'SRPMS'));
  if (name !== 'platform') await run('mv', [join(top, 'SRPMS', source!), join(repository, 'source')]);
}

async function contentsOf(name: string, epoch: string, release: string): Promise<Contents> {
  const file = `${name}-1.0-${release}.noarch.rpm`;
  const of = { name, epoch, version: '1.0', release, arch: 'noarch', provides: [], requires: [], files: [] };
  const found = { path: `packages/${file}`, sha256: await digestOfFile(join(repository, 'packages', file)) };
  const packages = [{ ...of, ...found }];
  return {
    component: `rpm/${name}`,
    nvr: `${name}-1.0-${release}`,
    build: name,
    packages,
    buildRequires: [],
    inputs: [],
  };
}

function order(): MakeOrder {
  const name = { title: 'Minidistro', short: 'Minidistro', version: '1', type: 'nightly' as const };
  return {
    release: 'minidistro',
    compose: 'Minidistro-1-20260131.n.0',
    name: { ...name, variant: 'Everything', date: '20260131', respin: 0 },
    at: '2026-01-31T09:30:00.000Z',
    repository: { number: 3, address: pathToFileURL(repository).href, place: 'minidistro' },
    slots: [...stored].map(([digest, { component, nvr, build }]) => ({ component, nvr, build, contents: digest })),
  };
}

function maker() {
  const ask = (_door: unknown, { digest }: { digest: string }) => Promise.resolve(stored.get(digest));
  const asker = { ask } as unknown as Asker;
  return composeMaker({ dir: composes, platform: ['platform'], asker });
}

function make(of: MakeOrder = order(), signal = new AbortController().signal) {
  return maker().run(of, { key: `${of.compose}/1`, attempt: 1, signal });
}

async function fault(made: Promise<unknown>): Promise<AppError> {
  const error: unknown = await made.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a fault, not ${String(error)}`);
  return error;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(folder.length + 1));
  return files.sort();
}

async function json(path: string): Promise<{ payload: Record<string, Record<string, unknown>> }> {
  return JSON.parse(await readFile(path, 'utf8')) as { payload: Record<string, Record<string, unknown>> };
}

test('a compose is a whole tree that dnf installs from alone', async () => {
  const made = await make();
  const { path } = made;
  expect(made).toEqual({ path: join(composes, 'Minidistro-1-20260131.n.0'), packages: 3, sources: 2, images: 0 });
  const files = (await filesBelow(path)).filter((file) => !file.includes('/repodata/'));
  const expected = [
    'COMPOSE_ID',
    'STATUS',
    'compose/Everything/source/tree/Packages/m/millstone-1.0-1.mr2.src.rpm',
    'compose/Everything/source/tree/Packages/q/quern-1.0-1.mr1.src.rpm',
    `compose/Everything/${arch()}/os/.treeinfo`,
    `compose/Everything/${arch()}/os/Packages/m/millstone-1.0-1.mr2.noarch.rpm`,
    `compose/Everything/${arch()}/os/Packages/p/platform-12-1.noarch.rpm`,
    `compose/Everything/${arch()}/os/Packages/q/quern-1.0-1.mr1.noarch.rpm`,
    'compose/metadata/composeinfo.json',
    'compose/metadata/images.json',
    'compose/metadata/modules.json',
    'compose/metadata/rpms.json',
    'logs/harvest.json',
  ];
  expect(files).toEqual(expected.sort());
  expect(await readFile(join(path, 'COMPOSE_ID'), 'utf8')).toBe('Minidistro-1-20260131.n.0');
  expect(await readFile(join(path, 'STATUS'), 'utf8')).toBe('FINISHED\n');
  expect(await readlink(join(composes, 'latest-Minidistro-1'))).toBe('Minidistro-1-20260131.n.0');
  expect((await readdir(composes)).sort()).toEqual(['Minidistro-1-20260131.n.0', 'latest-Minidistro-1']);

  const os = join(composes, 'latest-Minidistro-1', 'compose', 'Everything', arch(), 'os');
  const root = join(dir, `root-${basename(composes)}`);
  const settings = ['reposdir=/nonexistent', `cachedir=${root}.cache`, `logdir=${root}.log`].map(
    (s) => `--setopt=${s}`,
  );
  const source = [
    '--repofrompath=compose,' + pathToFileURL(os).href,
    '--repo=compose',
    '--nogpgcheck',
    '--releasever=1',
  ];
  await mkdir(`${root}.log`);
  await run('dnf', ['-y', `--installroot=${root}`, ...settings, ...source, 'install', 'quern'], {
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: dir },
  });
  expect((await stat(join(root, 'usr/share/millstone'))).isDirectory()).toBe(true);
});

test('its metadata name each package with its source, and every path that it names is there', async () => {
  const { path } = await make();
  const metadata = join(path, 'compose', 'metadata');
  const rpms = (await json(join(metadata, 'rpms.json'))).payload['rpms']!['Everything'] as Record<string, unknown>;
  const byArch = rpms[arch()] as Record<string, Record<string, { path: string; category: string }>>;
  expect(Object.keys(byArch)).toEqual(['millstone-1:1.0-1.mr2.src', 'platform-0:12-1.src', 'quern-0:1.0-1.mr1.src']);
  expect(Object.entries(byArch['millstone-1:1.0-1.mr2.src']!).map(([nevra, of]) => [nevra, of.category])).toEqual([
    ['millstone-1:1.0-1.mr2.noarch', 'binary'],
    ['millstone-1:1.0-1.mr2.src', 'source'],
  ]);
  for (const of of Object.values(byArch).flatMap((one) => Object.values(one)))
    await stat(join(path, 'compose', of.path));
  const { variants } = (await json(join(metadata, 'composeinfo.json'))).payload;
  const { paths } = variants!['Everything'] as { paths: Record<string, Record<string, string>> };
  expect(Object.keys(paths)).toEqual([
    ...['os_tree', 'packages', 'repository', 'source_packages', 'source_repository', 'source_tree'],
  ]);
  for (const place of Object.values(paths).flatMap((of) => Object.values(of))) await stat(join(path, 'compose', place));
});

test('the same compose made twice is the same, byte for byte', async () => {
  const digests = async (path: string): Promise<readonly string[]> => {
    const files = await filesBelow(path);
    return Promise.all(files.map(async (file) => `${file} ${await digestOfFile(join(path, file))}`));
  };
  const first = await digests((await make()).path);
  await rm(join(composes, order().compose), { recursive: true });
  expect(await digests((await make()).path)).toEqual(first);
});

test('a run that was killed is made again from nothing; one that had finished only reports', async () => {
  const draft = join(composes, '.tmp-Minidistro-1-20260131.n.0');
  await mkdir(join(draft, 'compose', 'Everything'), { recursive: true });
  await writeFile(join(draft, 'compose', 'left-over'), 'x');
  const made = await make();
  expect(await readdir(join(made.path, 'compose'))).toEqual(['Everything', 'metadata']);
  stored.clear();
  await rm(join(composes, 'latest-Minidistro-1'));
  expect(await make()).toEqual(made);
  expect(await readlink(join(composes, 'latest-Minidistro-1'))).toBe(order().compose);
});

test('what cannot be installed is not offered', async () => {
  stored.delete('millstone');
  const error = await fault(make());
  expect(error).toMatchObject({ code: 'compose-not-closed', kind: 'invalid' });
  expect(error.message).toMatch(
    /package: quern-1\.0-1\.mr1\.noarch from compose\s+unresolved deps \(1\):\s+millstone >= 1/,
  );
  expect(await readdir(composes)).toEqual([]);
});

test('a package that is not what was validated, or not there, is named and nothing is offered', async () => {
  const quern = stored.get('quern')!;
  stored.set('quern', { ...quern, packages: [{ ...quern.packages[0]!, sha256: sha256('something else') }] });
  expect(await fault(make())).toMatchObject({ code: 'package-unusable' });
  stored.set('quern', { ...quern, packages: [{ ...quern.packages[0]!, path: 'packages/gone-1-1.noarch.rpm' }] });
  expect((await fault(make())).message).toContain('the repository has no gone-1-1.noarch.rpm');
  const nowhere = { ...order().repository, address: pathToFileURL(join(dir, 'nowhere')).href };
  expect(await fault(make({ ...order(), repository: nowhere }))).toMatchObject({ kind: 'unavailable' });
  const remote = { ...order().repository, address: 'https://example.org/repo' };
  expect(await fault(make({ ...order(), repository: remote }))).toMatchObject({ code: 'repository-address-unusable' });
  expect(await readdir(composes)).toEqual([]);
});

test('a stopped service leaves nothing half made', async () => {
  const abort = new AbortController();
  const made = make(order(), abort.signal);
  abort.abort();
  expect(await fault(made)).toMatchObject({ kind: 'unavailable' });
  expect(await readdir(composes)).toEqual([]);
});

test('modules are a repository of their own, images are archives that hold their manifest', async () => {
  const nsvc = 'grinding:1.0:20260131093000:abcd1234';
  stored.set('module', {
    ...assembled('module/grinding:1.0', 'grinding-1.0-20260131093000.abcd1234'),
    inputs: [{ nevra: 'quern-0:1.0-1.mr1.noarch', component: 'rpm/quern', nvr: 'quern-1.0-1.mr1', build: 'quern' }],
    module: { nsvc, modulemd: modulemd() },
  });
  const layout = join(dir, 'oci');
  const manifest = '{"schemaVersion":2}';
  const digest = sha256(manifest);
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  await writeFile(join(layout, 'blobs/sha256', digest), manifest);
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const image = { digest: `sha256:${digest}`, layout };
  stored.set('image', { ...assembled('container/millhouse', 'millhouse-latest-1'), image });

  const { path, ...counts } = await make();
  expect(counts).toEqual({ packages: 3, sources: 2, images: 1 });
  const { modules } = (await json(join(path, 'compose/metadata/modules.json'))).payload;
  const module = (modules!['Modular'] as Record<string, Record<string, { modulemd_path: { binary: string } }>>)[
    arch()
  ]![nsvc]!;
  const { stdout } = await run('zcat', [join(path, 'compose', module.modulemd_path.binary)]);
  expect(stdout).toContain('"name":"grinding"');
  await stat(join(path, `compose/Modular/${arch()}/os/Packages/q/quern-1.0-1.mr1.noarch.rpm`));

  const name = `millhouse-latest-1.${arch()}.ociarchive`;
  const archive = join(path, `compose/Everything/${arch()}/images`, name);
  expect((await run('tar', ['-tf', archive])).stdout).toContain(`./blobs/sha256/${digest}`);
  expect(await readFile(join(archive, '../SHA256SUM'), 'utf8')).toContain(
    `SHA256 (${name}) = ${await digestOfFile(archive)}`,
  );
  const { images } = (await json(join(path, 'compose/metadata/images.json'))).payload;
  const [entry] = (images!['Everything'] as Record<string, { path: string; size: number }[]>)[arch()]!;
  expect(entry).toMatchObject({ path: archive.slice(join(path, 'compose').length + 1), type: 'container' });

  stored.set('image', {
    ...assembled('container/millhouse', 'millhouse-latest-1'),
    image: { ...image, digest: `sha256:${sha256('')}` },
  });
  await rm(path, { recursive: true });
  expect(await fault(make())).toMatchObject({ code: 'image-unusable' });
});

function assembled(component: string, nvr: string): Contents {
  return { component, nvr, build: component.split('/')[0]!, packages: [], buildRequires: [], inputs: [] };
}

function modulemd(): string {
  const data = { name: 'grinding', stream: '1.0', version: 20260131093000, context: 'abcd1234', arch: arch() };
  const artifacts = { rpms: ['quern-0:1.0-1.mr1.noarch'] };
  const words = { summary: 'Grind', description: 'Grinds.', license: { module: ['MIT'] } };
  return `---\n${JSON.stringify({ document: 'modulemd', version: 2, data: { ...data, ...words, artifacts } })}\n...\n`;
}

function arch(): string {
  return { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
}
