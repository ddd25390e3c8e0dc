import { timeOf } from './report-shadow';

const now = '2026-02-10T12:00:00.000Z';

test.each([
  ['7d', '2026-02-03T12:00:00.000Z'],
  ['90m', '2026-02-10T10:30:00.000Z'],
  ['2026-02-01', '2026-02-01T00:00:00.000Z'],
  ['2026-02-01T08:00:00+01:00', '2026-02-01T07:00:00.000Z'],
])('%s is %s', (text, time) => {
  expect(timeOf(text, now)).toBe(time);
});

test.each(['yesterday', '7', '', '2026-13-01'])('%j is no time', (text) => {
  expect(() => timeOf(text, now)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
});
