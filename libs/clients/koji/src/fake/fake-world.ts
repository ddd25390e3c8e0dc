import { connectToHub } from '../hub';
import type { HubWorld } from '../hub-world';
import type { FakeHub, FakeHubOptions } from './fake-hub';
import { startFakeHub } from './fake-hub';

export const sources = 'git+https://src.example/rpms';

export interface FakeWorld extends HubWorld {
  readonly fake: FakeHub;
}

/** A hub with one release: `t1-build` inherits `t1`, the target `t1` tags into `t1-candidate`. */
export async function fakeWorld(options: FakeHubOptions = {}): Promise<FakeWorld> {
  const fake = await startFakeHub(options);
  const { control } = fake;
  control.addUser('kojiadmin', 'kojiadmin', ['admin']);
  control.addUser('millrace', 'secret');
  control.addTag('t1', { packages: ['libfoo', 'app'] });
  control.addTag('t1-candidate', { parents: ['t1'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1-candidate');
  control.addSource(`${sources}/libfoo`, { name: 'libfoo', version: '1.4', release: '1' });
  control.addSource(`${sources}/app`, { name: 'app', version: '2', release: '3', buildRequires: ['libfoo-devel'] });
  return {
    fake,
    target: 't1',
    prefix: 'millrace-test',
    connect: (more = {}) =>
      connectToHub({
        url: fake.url,
        login: { kind: 'password', user: 'millrace', password: 'secret' },
        pace: { tries: 5, intervalMs: 10 },
        ...more,
      }),
    destroy: () => fake.close(),
  };
}
