import { compileRunner, localWorld } from './test-world';

jest.setTimeout(120_000);
beforeAll(compileRunner, 120_000);

const mebibyte = 1024 * 1024;

describe('a build that takes too much', () => {
  it.each([
    ['time', 'patient', { seconds: 3 }, 'timeout', /3 s/],
    ['disk', 'hoarder', { diskBytes: 64 * mebibyte }, 'limits', /64 MiB/],
    ['memory', 'glutton', { memoryBytes: 512 * mebibyte }, 'limits', /MemoryError|memory/],
    ['processes', 'crowd', { processes: 96 }, 'limits', /processes|fork/],
  ] as const)('of %s is ended, and says so', async (_, name, limits, failureClass, summary) => {
    const world = await localWorld({ limits });
    try {
      const build = await world.build(name);
      expect(build.state).toBe('failed');
      const evidence = await world.connect().evidence(build.ref);
      expect(evidence).toMatchObject({ class: failureClass, stage: 'build' });
      expect(evidence.summary).toMatch(summary);
    } finally {
      await world.destroy();
    }
  });
});
