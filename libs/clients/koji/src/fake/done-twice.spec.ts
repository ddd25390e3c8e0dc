import { connectToHub } from '../hub';
import { doneTwice } from './done-twice';
import { fakeWorld, sources } from './fake-world';

it('names what one user did twice, and nothing that others did or that was done once', async () => {
  const world = await fakeWorld({ stepMs: 0 });
  const { fake } = world;
  fake.control.addUser('other', 'other');
  const login = { kind: 'password', user: 'other', password: 'other' } as const;
  const [mine, others] = [world.connect(), connectToHub({ url: fake.url, login })];
  try {
    await mine.write.build(`${sources}/libfoo#abc`, 't1', {});
    await others.write.build(`${sources}/libfoo#abc`, 't1', {});
    await mine.write.build(`${sources}/app#abc`, 't1', {});
    expect(doneTwice(fake.state, 'millrace')).toEqual([]);
    await mine.write.build(`${sources}/libfoo#abc`, 't1', {});
    expect(doneTwice(fake.state, 'millrace')).toEqual([`${sources}/libfoo#abc was submitted to t1 twice`]);
  } finally {
    await mine.close();
    await others.close();
    await world.destroy();
  }
});
