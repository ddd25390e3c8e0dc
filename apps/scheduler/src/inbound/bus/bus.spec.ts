import { releaseDefinition } from '@millrace/contracts';
import type { Input } from '../../domain/input';
import { hear, type Bus, type Listening } from './listen';

const commit = '0123456789012345678901234567890123456789';
const prod = 'org.fedoraproject.prod';
const definition = releaseDefinition.parse({
  ...{ release: 'f44', title: 'F44', product_version: 'f44', gates: [], owners: [], releng: ['ada'] },
  build_systems: { rpm: 'koji', module: 'mbs' },
  build_targets: {
    ...{ rpm: { target: 'f44-rebuild', tag: 'f44' }, module: { target: 'platform:f44' } },
    container: { target: 'f44-containers', tag: 'f44-images' },
  },
  sources: {
    rpm: { git: 'https://src.example/rpms/{name}', branch: 'f44' },
    module: { git: 'https://src.example/modules/{name}', branch: 'f44' },
  },
  people: { ada: { mail: 'ada@example.org' } },
});

describe('messages of a build system', () => {
  const taken: { readonly input: Input; readonly id: string }[] = [];
  let hints = 0;
  const bus: Bus = {
    ...{ name: 'koji', settings: { kind: 'nats', url: 'nats://127.0.0.1:1', subjects: ['x'] } },
    us: () => Promise.resolve('millrace'),
    hint: () => void hints++,
  };
  const listening: Listening = {
    definitions: () => Promise.resolve([definition]),
    sourceOf: (_, component) => ({ url: `https://src.example/${component}` }),
    take: (input, { id }) => Promise.resolve(void taken.push({ input, id })),
  };
  beforeEach(() => {
    taken.length = 0;
    hints = 0;
  });
  const tell = (topic: string, body: unknown) => hear(bus, listening, { id: 'm-1', topic, body });
  const tag = { tag: 'f44', name: 'libfoo', version: '1', release: '2', user: 'ada', instance: 'primary' };
  const state = { old: 0, new: 1, name: 'libfoo', version: '1', release: '2', owner: 'ada' };
  const heard = (component: string, nvr: string, by: string) => ({
    ...{ type: 'change.heard', release: 'f44', kind: 'build', components: [{ component, nvr }], by: `koji:${by}` },
    message: { source: 'koji', id: 'm-1' },
  });

  it.each([
    ['a tag of fedora-messaging', `${prod}.buildsys.tag`, tag],
    ['a tag of Koji’s plug-in', 'koji.build.tag', { tag: { name: 'f44' }, build: tag, user: { name: 'ada' } }],
    [
      'a build of fedora-messaging',
      `${prod}.buildsys.build.state.change`,
      { ...state, request: ['git+https://x#1', 'f44-rebuild', {}] },
    ],
    [
      'a build of Koji’s plug-in',
      'koji.build.complete',
      { attribute: 'state', old: 0, new: 1, info: { ...state, owner_name: 'ada', request: ['x', 'f44-rebuild'] } },
    ],
  ])('take %s for a change, known by the message', async (_, topic, body) => {
    await tell(topic, body);
    expect(taken).toMatchObject([{ id: 'bus/koji/f44/m-1', input: heard('rpm/libfoo', 'libfoo-1-2', 'ada') }]);
    expect(hints).toBe(1);
  });

  it.each([
    ['a tag', `${prod}.buildsys.tag`, { ...tag, instance: 'arm' }],
    [
      'a build',
      `${prod}.buildsys.build.state.change`,
      { ...state, instance: 'arm', request: ['git+https://x#1', 'f44-rebuild', {}] },
    ],
  ])('pass over %s of another Koji, with the reason, and look no sooner', async (_, topic, body) => {
    await tell(topic, body);
    const foreign = "it is of Koji's instance arm, and only primary is followed";
    expect(taken).toMatchObject([{ input: { ...heard('rpm/libfoo', 'libfoo-1-2', 'ada'), foreign } }]);
    expect(hints).toBe(0);
  });

  it('know a container by the tag or target of containers', async () => {
    await tell(`${prod}.buildsys.tag`, { ...tag, name: 'httpd', tag: 'f44-images' });
    await tell('koji.build.complete', { new: 1, info: { ...state, name: 'httpd', request: ['x', 'f44-containers'] } });
    const [one, other] = taken.map(({ input }) => input);
    expect(one).toMatchObject(heard('container/httpd', 'httpd-1-2', 'ada'));
    expect(other).toMatchObject({ components: [{ component: 'container/httpd', nvr: 'httpd-1-2' }] });
  });

  it('take a ready module of the release’s platform for a change', async () => {
    const body = { name: 'perl', stream: '5.36', version: 1, context: 'aa', owner: 'ada', state_name: 'ready' };
    await tell('mbs.module.state.change', { ...body, buildrequires: { platform: { stream: 'f44' } } });
    await tell('mbs.module.state.change', { ...body, buildrequires: { platform: { stream: 'f43' } } });
    await tell('mbs.module.state.change', { ...body, state_name: 'build' });
    expect(taken.map(({ input }) => input)).toMatchObject([heard('module/perl:5.36', 'perl-5.36-1.aa', 'ada')]);
  });

  it.each([
    [
      'dist-git',
      `${prod}.git.receive`,
      { commit: { namespace: 'rpms', repo: 'libfoo', branch: 'f44', rev: commit, agent: 'ada' } },
    ],
    [
      'Pagure',
      'io.pagure.prod.pagure.git.receive',
      { repo: { name: 'libfoo', namespace: 'rpms' }, branch: 'f44', end_commit: commit, agent: 'ada' },
    ],
  ])('take a push of %s for a commit', async (_, topic, body) => {
    await tell(topic, body);
    const pushes = [{ component: 'rpm/libfoo', url: 'https://src.example/rpm/libfoo', commit }];
    const message = { source: 'koji', id: 'm-1' };
    expect(taken.map(({ input }) => input)).toMatchObject([
      { type: 'push.received', release: 'f44', pushes, message, by: 'koji:ada', before: null },
    ]);
  });

  it.each([
    ['what we did ourselves', `${prod}.buildsys.tag`, { ...tag, user: 'millrace' }],
    ['another tag', `${prod}.buildsys.tag`, { ...tag, tag: 'f43' }],
    [
      'a build that has only begun',
      `${prod}.buildsys.build.state.change`,
      { ...state, new: 0, request: ['', 'f44-rebuild'] },
    ],
    ['a build for another target', `${prod}.buildsys.build.state.change`, { ...state, request: ['', 'f43'] }],
    ['another branch', `${prod}.git.receive`, { commit: { namespace: 'rpms', repo: 'x', branch: 'f43', rev: commit } }],
    ['a repository that is done', `${prod}.buildsys.repo.done`, { tag: 'f44', repo_id: 1 }],
    ['nonsense', `${prod}.buildsys.tag`, { tag: 5 }],
    ['a strange name', `${prod}.buildsys.tag`, { ...tag, name: '../../etc' }],
  ])('take %s for no change, and look sooner all the same', async (_, topic, body) => {
    await tell(topic, body);
    expect([taken, hints]).toEqual([[], 1]);
  });
});
