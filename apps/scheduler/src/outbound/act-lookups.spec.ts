import { openTests } from './act-lookups';

test('a waiver is made for each open reason, and for those that have not reported yet where all are meant', () => {
  const states = { one: 'failed', two: 'passed', three: 'overdue', four: 'running', five: 'waived' } as const;
  const reasons = Object.entries(states).map(([test, state]) => ({
    ...{ test, state, text: '', result: null, waiver: null, link: null },
  }));
  expect(openTests({ reasons }, true)).toEqual(['one', 'three', 'four']);
  expect(openTests({ reasons }, false)).toEqual(['one', 'three']);
  expect(openTests(undefined, true)).toEqual([]);
});
