import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setOf, timeOf } from './set-options';

const now = '2026-02-15T12:00:00.000Z';

test.each([
  ['2026-02-01', '2026-02-01T00:00:00.000Z'],
  ['2026-02-01T06:30:00+02:00', '2026-02-01T04:30:00.000Z'],
  ['14d', '2026-02-01T12:00:00.000Z'],
  ['90m', '2026-02-15T10:30:00.000Z'],
])('%s is a time', (text, at) => expect(timeOf(text, now)).toBe(at));

test.each(['yesterday', '2026-13-01', '14', '2026-02-01T12:00', ''])('%j is none', (text) => {
  expect(() => timeOf(text, now)).toThrow(/is no time/);
});

describe('a set as people write it', () => {
  it('is a query, with what is done left out', () => {
    const options = { match: ['rpm/a*'], dependsOn: ['libstone'], neverBuilt: true, since: '1d', ordered: false };
    expect(setOf([], options, now)).toEqual({
      components: [],
      all: false,
      query: { match: ['rpm/a*'], depends_on: ['rpm/libstone'], never_built: true },
      since: '2026-02-14T12:00:00.000Z',
      ordered: false,
    });
  });

  it('is a list in a file, with remarks', () => {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-set-'));
    try {
      const file = join(dir, 'list');
      writeFileSync(file, '# the libraries\nlibstone\n\nmodule/perl:5.28  # a module\n');
      expect(setOf(['rpm/a'], { list: file }, now)).toMatchObject({
        components: ['rpm/a', 'rpm/libstone', 'module/perl:5.28'],
        ordered: true,
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    expect(() => setOf([], { list: '/nonexistent/list' }, now)).toThrow(/cannot be read/);
  });

  it('is something, and not two things', () => {
    expect(() => setOf([], {}, now)).toThrow('nothing is named');
    expect(() => setOf(['rpm/a'], { all: true }, now)).toThrow('exclude each other');
    expect(setOf([], { all: true, exclude: ['rpm/b*'] }, now)).toMatchObject({
      all: true,
      query: { exclude: ['rpm/b*'] },
    });
  });
});
