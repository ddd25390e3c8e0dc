import { readConfig } from './config';

test('options and environment become a configuration', () => {
  const config = readConfig(['--once', '--json', '--port-base', '5000'], { MILLRACE_SETUP_SECONDS: '12' }, false);
  expect(config).toMatchObject({ once: true, json: true, portBase: 5000, setupSeconds: 12, live: false, crash: null });
  expect(config!.dir).toMatch(/\.millrace\/demo$/);
});

test('colours and the picture are for terminals', () => {
  expect(readConfig([], {}, true)).toMatchObject({ live: true, color: true });
  expect(readConfig([], { NO_COLOR: '1' }, true)).toMatchObject({ live: true, color: false });
  expect(readConfig([], { TERM: 'dumb' }, true)).toMatchObject({ live: false, color: false });
});

test.each([[['--port-base', '80']], [['--crash', 'everything']], [['--nonsense']], [['word']], [['--postgres']]])(
  '%j is refused',
  (argv) => {
    expect(() => readConfig(argv, {}, false)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  },
);

test('--help wants nothing else', () => expect(readConfig(['--help'], {}, false)).toBeNull());
