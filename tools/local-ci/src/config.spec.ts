import { readConfig } from './config';

it('reads the command line, and looks for tools where a normal user does not', () => {
  const config = readConfig(['--nats', 'nats://127.0.0.1:4100', '--user', 'guest', '--capacity', '3'], '/opt/bin');
  expect(config).toMatchObject({ nats: 'nats://127.0.0.1:4100', user: 'guest', capacity: 3, name: 'local-ci' });
  expect(config.path).toBe('/opt/bin:/usr/sbin:/usr/bin:/sbin:/bin');
});

it.each([
  [[], '--nats is missing'],
  [['--nats', 'x', '--capacity', '0'], '--capacity 0'],
  [['--nats', 'x', '--name', 'a.b'], "--name 'a.b'"],
  [['--nats', 'x', '--fast'], '--fast'],
])('refuses %j with the usage', (argv, words) => {
  const read = (): unknown => readConfig(argv);
  expect(read).toThrow(words);
  expect(read).toThrow(expect.objectContaining({ kind: 'invalid', remedy: expect.stringContaining('Usage:') }));
});
