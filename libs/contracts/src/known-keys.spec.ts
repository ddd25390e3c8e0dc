import { knownKeysAt, nearestKey } from './known-keys';

test('keys are known at every place of a definition', () => {
  expect(knownKeysAt([])).toEqual(expect.arrayContaining(['release', 'mode', 'capacity']));
  expect(knownKeysAt(['components', 3])).toEqual(expect.arrayContaining(['match', 'policy', 'reason', 'owner']));
  expect(knownKeysAt(['build_targets', 'rpm'])).toEqual(expect.arrayContaining(['target', 'tag']));
  expect(knownKeysAt(['gates', 0])).toEqual(expect.arrayContaining(['id', 'rules', 'packages']));
  expect(knownKeysAt(['people', 'ada'])).toEqual(['mail']);
  expect(knownKeysAt(['nowhere', 1, 'x'])).toEqual([]);
});

test('a typo finds the key that was meant, and nonsense none', () => {
  expect(nearestKey('capcity', knownKeysAt([]))).toBe('capacity');
  expect(nearestKey('packges', knownKeysAt(['gates', 0]))).toBe('packages');
  expect(nearestKey('x', knownKeysAt([]))).toBeNull();
  expect(nearestKey('anything_else', knownKeysAt([]))).toBeNull();
});
