import { painter, paintState } from './paint';
import { table } from './table';
import { countsText, duration, some, span, when } from './words';

test.each([
  [0, '0.0s'],
  [-5, '0.0s'],
  [1234, '1.2s'],
  [12_000, '12s'],
  [59_900, '1m 00s'],
  [200_000, '3m 20s'],
  [7_500_000, '2h 05m'],
])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test('a span that has not begun is a dash; one that has not ended goes on till now', () => {
  expect(span(null, null, '2026-01-31T09:30:05.000Z')).toBe('-');
  expect(span('2026-01-31T09:30:00.000Z', null, '2026-01-31T09:30:05.000Z')).toBe('5.0s');
  expect(when('2026-01-31T09:30:00.000Z')).toBe('2026-01-31 09:30:00');
});

test('long lists say how much is left out', () => {
  expect(some(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  expect(some([])).toBe('-');
  expect(countsText({ validated: 2, failed: 0, waiting: 1 })).toBe('2 validated, 1 waiting');
});

test('columns are as wide as they must be, without frames and without trailing blanks', () => {
  expect(
    table(
      ['A', 'LONGER'],
      [
        ['one', 'x'],
        ['b', 'y'],
      ],
      'none',
    ),
  ).toBe('A    LONGER\none  x\nb    y');
  expect(table(['A'], [], 'none')).toBe('none');
});

test('colours are only for terminals', () => {
  expect(paintState(painter(false), 'failed')).toBe('failed');
  expect(paintState(painter(true), 'failed')).toContain('\u001b[');
});
