import { fakeWorld } from './fake/fake-world';
import { connectToHub } from './hub';
import { describeHub } from './hub.suite';

const { KOJI_HUB_URL: url, KOJI_USER: user, KOJI_PASSWORD: password, KOJI_TARGET: target } = process.env;

describeHub('the fake', () => fakeWorld());

if (url && user && password && target) {
  describeHub(url, async () => ({
    target,
    prefix: `millrace-test-${process.pid}`,
    connect: (more = {}) => connectToHub({ url, login: { kind: 'password', user, password }, ...more }),
    destroy: () => Promise.resolve(),
  }));
}
