import { openTests } from './act-lookups';

test('a waiver is made for each open reason, and for none that is not due yet', () => {
  const states = { one: 'failed', two: 'passed', three: 'overdue', four: 'running', five: 'waived' } as const;
  const reasons = Object.entries(states).map(([test, state]) => ({
    ...{ test, state, text: '', result: null, waiver: null, link: null },
  }));
  expect(openTests({ reasons }, 'rejected')).toEqual(['one', 'three', 'four']);
  expect(openTests({ reasons }, 'gating')).toEqual(['one', 'three']);
  expect(openTests(undefined, 'rejected')).toEqual([]);
});
