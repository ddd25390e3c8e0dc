import type { doors, DoorReply, NvrForeseen } from '@millrace/contracts';
import { gitWorld, type GitWorld } from '@millrace/dist-git/fake';
import { eventually } from '@millrace/testing';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';
import { compileRunner, playTwoPackages } from './testing/two-packages';

/**
 * Rebuilds that get their NVR by a commit, as they run: a real nats-server, SQLite, git, and the real local builder. The
 * resolver and the gate are played over their doors and events.
 */
describe('rebuilds with a bump of their own', () => {
  const failures: Record<string, unknown>[] = [];
  let git: GitWorld;
  let scheduler: RunningScheduler;

  beforeAll(async () => {
    compileRunner();
    git = gitWorld();
    git.repository('base-lib', { 'base-lib.spec': spec('base-lib', '1') });
    git.repository('user-app', { 'user-app.spec': spec('user-app', '1', 'BuildRequires: base-lib\n') });
    scheduler = await startScheduler({
      play: (client) =>
        playTwoPackages(client, ({ type, data }) => {
          if (type === 'millrace.scheduler.rebuild.failed.v1') failures.push(data);
        }),
    });
  }, 120_000);
  afterAll(async () => {
    await scheduler?.stop();
    git?.remove();
  });

  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> =>
    (await scheduler.request(method, path, body)).body;
  type View = DoorReply<typeof doors.scheduler.cascade>;
  const cascades = async (): Promise<View[]> =>
    (await call('GET', '/api/v1/cascades?release=tiny'))['cascades'] as View[];
  const reaches = async (count: number, state: string): Promise<View> => {
    const isThere = async (): Promise<boolean> => {
      const all = await cascades();
      return all.length === count && all[0]!.state === state;
    };
    await eventually(isThere, `cascade ${count} ${state}`, 90_000);
    return (await cascades())[0]!;
  };
  const names = async (): Promise<string[]> => {
    const { builds } = (await call('GET', '/api/v1/validated?release=tiny')) as DoorReply<
      typeof doors.scheduler.validated
    >;
    return builds.map(({ nvr }) => nvr).sort();
  };
  const validated = async (): Promise<string[]> => (await names()).map((nvr) => nvr.replace(/\.mr\d+$/, ''));
  const log = (format: string): string[] => git.git('user-app', 'log', `--format=${format}`, 'main').trim().split('\n');
  const markers = (): string[] => log('%(trailers:key=Millrace-Rebuild,valueonly,separator=%x20)').filter(Boolean);

  it('what was never built is built as it is', async () => {
    await call('POST', '/admin/v1/releases', { definition: tiny(git.root) });
    await call('POST', '/admin/v1/cascades', { release: 'tiny', all: true, why: 'the first' });
    await reaches(1, 'completed');
    expect(await validated()).toEqual(['base-lib-1-1', 'user-app-1-1']);
    expect(log('%s')).toEqual(['Import']);
  }, 120_000);

  it('its name is foreseen: it will have it, unless somebody builds it before', async () => {
    const foreseen = async (): Promise<NvrForeseen[]> => {
      const reply = await call('POST', '/api/v1/nvrs', { release: 'tiny', components: ['rpm/user-app'] });
      return reply['nvrs'] as NvrForeseen[];
    };
    expect(await foreseen()).toEqual([
      expect.objectContaining({ strategy: 'commit', nvr: 'user-app-1-2.mr2', refused: null, unbuilt: null }),
    ]);
    const plan = await call('POST', '/api/v1/plans', { release: 'tiny', components: ['rpm/user-app'], scopes: [] });
    expect(plan['rebuilds']).toEqual([
      expect.objectContaining({ nvr: expect.objectContaining({ nvr: 'user-app-1-2.mr2' }) }),
    ]);
    expect(log('%s')).toEqual(['Import']);
  });

  it('a rebuild is pushed as a bump with its marker, and built from it; the change itself is not bumped', async () => {
    git.commit('base-lib', { 'base-lib.spec': spec('base-lib', '2') }, 'Version 2');
    const { cascade } = await reaches(2, 'completed');
    expect(await validated()).toEqual(['base-lib-2-1', 'user-app-1-2']);
    expect(await names()).toContain('user-app-1-2.mr2');
    expect(log('%an|%s')).toEqual([`Millrace|Rebuilt for base-lib (cascade ${cascade})`, 'Ada|Import']);
    expect(markers()).toEqual([expect.stringMatching(new RegExp(`^${cascade}/rpm/user-app/`))]);
    expect(git.git('user-app', 'show', 'main:user-app.spec')).toMatch(
      new RegExp(`Release: 2%{\\?dist}[^]*%changelog\n\\* .* Millrace <\\S+> - 1-2\n- Rebuilt for base-lib \\(cascade`),
    );
    expect(git.git('base-lib', 'log', '--format=%s', 'main')).toBe('Version 2\nImport\n');
  }, 120_000);

  it('a bump of ours starts no cascade in its own release, and is named', async () => {
    const ignored = async (): Promise<boolean> => {
      const { changes } = (await call('GET', '/api/v1/changes?release=tiny')) as DoorReply<
        typeof doors.scheduler.changes
      >;
      return changes.some((one) => one.outcome === 'ignored' && JSON.stringify(one).includes('is our own bump for'));
    };
    await eventually(ignored, 'our own commit is seen', 60_000);
    expect(await cascades()).toHaveLength(2);
  }, 90_000);

  it('stopped in the middle of the push, it is pushed once and built once', async () => {
    const slow = '#!/bin/sh\nsleep 2\n';
    writeFileSync(join(git.root, 'user-app.git/hooks/pre-receive'), slow, { mode: 0o755 });
    git.commit('base-lib', { 'base-lib.spec': spec('base-lib', '3') }, 'Version 3');
    const submits = async (): Promise<boolean> => {
      const [newest, ...more] = await cascades();
      if (more.length !== 2) return false;
      const view = (await call('GET', `/api/v1/cascades/${newest!.cascade}`)) as View;
      return view.rebuilds.some((one) => one.component === 'rpm/user-app' && one.state === 'submitting');
    };
    await eventually(submits, 'the rebuild is on its way', 90_000);
    await new Promise((done) => setTimeout(done, 700));
    await scheduler.restart();
    await reaches(3, 'completed');
    expect(markers()).toHaveLength(2);
    expect(await validated()).toEqual(['base-lib-3-1', 'user-app-1-3']);
    rmSync(join(git.root, 'user-app.git/hooks/pre-receive'));
  }, 180_000);

  it('a branch that does not take it is its people’s failure, with what they can do', async () => {
    git.protect('user-app', 'main');
    git.commit('base-lib', { 'base-lib.spec': spec('base-lib', '4') }, 'Version 4');
    await reaches(4, 'stalled');
    expect(failures.at(-1)).toMatchObject({ component: 'rpm/user-app', evidence: { class: 'source' } });
    expect(JSON.stringify(failures.at(-1))).toMatch(/does not take a push to main[^]*push: pull-request/);
    expect(markers()).toHaveLength(2);
  }, 120_000);
});

function tiny(root: string) {
  return {
    ...{ release: 'tiny', title: 'Two packages', mode: 'act', product_version: 'tiny-1', nvr: 'commit' },
    build_systems: { rpm: 'local-rpm' },
    sources: { rpm: { git: `file://${root}/{name}.git` } },
    triggers: { git: { every: '1s' } },
    gates: [{ id: 'all', rules: [] }],
    people: { ada: { mail: 'ada@tiny.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    ...{ releng: ['ada'], landing: 'automatic' },
  };
}

function spec(name: string, version: string, requires = ''): string {
  return `Name: ${name}
Version: ${version}
Release: 1%{?dist}
Summary: A small package
License: Apache-2.0
BuildArch: noarch
${requires}
%description
A small package.

%install
mkdir -p %{buildroot}/usr/share/${name}
echo ${version} > %{buildroot}/usr/share/${name}/version

%files
/usr/share/${name}

%changelog
* Mon Jan 12 2026 Ada <ada@tiny.example> - ${version}-1
- Made
`;
}
