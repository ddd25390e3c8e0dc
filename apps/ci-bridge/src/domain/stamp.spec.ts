import { momentOf, parseSpan, parseStamp, stampAfter, stampOf } from './stamp';

it.each([
  ['2022-08-24T06:54:57.123456', '2022-08-24T06:54:57.123456'],
  ['2022-08-24T06:54:57.123456Z', '2022-08-24T06:54:57.123456'],
  ['2022-08-24T06:54:57.123456+00', '2022-08-24T06:54:57.123456'],
  ['2022-08-24T06:54:57+0200', '2022-08-24T04:54:57.000000'],
  ['2022-08-24T06:54:57-05:30', '2022-08-24T12:24:57.000000'],
  ['2022-08-24 06:54', '2022-08-24T06:54:00.000000'],
  ['2022-08-24', '2022-08-24T00:00:00.000000'],
])('reads %s', (text, stamp) => {
  expect(parseStamp(text)).toBe(stamp);
});

it.each(['now', '', '2022-13-01', '2022-08-24T25:00', '24.08.2022'])('refuses %j', (text) => {
  expect(parseStamp(text)).toBeNull();
});

it('knows how exactly a time was written', () => {
  expect(parseSpan('2026-01-31T09:30:00Z')!.until).toBe('2026-01-31T09:30:00.999999');
  expect(parseSpan('2026-01-31T09:30:00.5Z')!.until).toBe('2026-01-31T09:30:00.599999');
  expect(parseSpan('2026-01-31T09:30:00.123456Z')!.until).toBe('2026-01-31T09:30:00.123456');
});

it('counts on in microseconds', () => {
  expect(stampAfter('2026-01-31T09:30:00.999999', 1)).toBe('2026-01-31T09:30:01.000000');
  expect(momentOf(stampOf('2026-01-31T09:30:00.250Z'))).toBe('2026-01-31T09:30:00.250Z');
});
