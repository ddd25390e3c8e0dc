import type { RebuildView } from '../cascade-words';
import { newestOf } from './cascade-reach';
import { openTests } from './cascade-waive';

const rebuild = (component: string, generation: number, pass: number): RebuildView => ({
  ...{ component, generation, pass, tier: 0, state: 'rejected', held: false, bootstrap: false, attempt: 1 },
  ...{ needs: [], waitsFor: [], build: null, nvr: null, origin: 'cascade', resumed: false, because: '' },
  ...{ evidence: null, startedAt: null, endedAt: null },
});

test('an act is about the newest generation and the last pass of a component', () => {
  const all = [rebuild('rpm/a', 1, 2), rebuild('rpm/a', 2, 1), rebuild('rpm/b', 1, 2), rebuild('rpm/b', 1, 1)];
  const found = newestOf(all).map((one) => [one.component, one.generation, one.pass]);
  expect(found).toEqual([
    ['rpm/a', 2, 1],
    ['rpm/b', 1, 2],
  ]);
});

test('a waiver is made for each open reason, and for none that is not due yet', () => {
  const states = { one: 'failed', two: 'passed', three: 'overdue', four: 'running', five: 'waived' } as const;
  const reasons = Object.entries(states).map(([test, state]) => ({
    ...{ test, state, text: '', result: null, waiver: null, link: null },
  }));
  expect(openTests({ reasons }, 'rejected')).toEqual(['one', 'three', 'four']);
  expect(openTests({ reasons }, 'gating')).toEqual(['one', 'three']);
  expect(openTests(undefined, 'rejected')).toEqual([]);
});
