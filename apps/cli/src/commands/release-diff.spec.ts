import { differences } from './release-diff';

test('members that differ are told by their path, the others not', () => {
  const before = { a: 1, list: ['x', 'y'], same: { k: [1] }, gone: true };
  const after = { a: 2, list: ['x', 'z', 'w'], same: { k: [1] }, fresh: {} };
  expect(differences(before, after, '')).toEqual([
    { path: 'a', before: 1, after: 2 },
    { path: 'list.1', before: 'y', after: 'z' },
    { path: 'list.2', before: undefined, after: 'w' },
    { path: 'gone', before: true, after: undefined },
    { path: 'fresh', before: undefined, after: {} },
  ]);
});

test('the order of members is no difference, another kind of value is one', () => {
  expect(differences({ a: 1, b: 2 }, { b: 2, a: 1 }, '')).toEqual([]);
  expect(differences({ a: [1] }, { a: { 0: 1 } }, '')).toHaveLength(1);
});
