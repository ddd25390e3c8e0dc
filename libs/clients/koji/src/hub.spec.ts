import { fakeWorld } from './fake/fake-world';
import { connectToHub } from './hub';
import { describeHub } from './hub.suite';

const names = ['KOJI_HUB_URL', 'KOJI_USER', 'KOJI_PASSWORD', 'KOJI_TARGET'] as const;
const [url = '', user = '', password = '', target = ''] = names.map((name) => process.env[name]);
const missing = names.filter((name) => !process.env[name]);
/** `npm run test:koji-live`: a real hub is wanted, and the fake is no substitute. */
const live = process.env['MILLRACE_KOJI_LIVE'] === '1';

if (!live) describeHub('the fake', () => fakeWorld());

if (missing.length === 0) {
  describeHub(url, async () => ({
    target,
    prefix: `millrace-test-${process.pid}`,
    connect: (more = {}) => connectToHub({ url, login: { kind: 'password', user, password }, ...more }),
    destroy: () => Promise.resolve(),
  }));
} else if (live) {
  it('has a real hub', () => {
    throw new Error(`no hub was named: set ${missing.join(', ')} (its address, a user, its password, a build target)`);
  });
}
