import type { NvrForeseen } from '@millrace/contracts';
import { nvrCell, nvrNotes } from './nvr-words';

const plain: NvrForeseen = { strategy: 'commit', nvr: 'a-1-2', because: 'a commit', refused: null, unbuilt: null };
const commits = Array.from({ length: 4 }, (_, n) => ({
  ...{
    commit: `${n}`.repeat(40),
    subject: `Change ${n}`,
    author: 'Ada <ada@mill.example>',
    at: '2026-01-30T00:00:00Z',
  },
}));

test('a name that is foreseen and free needs no words', () => {
  expect(nvrCell(plain)).toBe('a-1-2');
  expect(nvrNotes('rpm/a', plain)).toEqual([]);
  expect(nvrCell(undefined)).toBe('-');
});

test('what would be refused is said with its remedy, and what cannot be foreseen with why', () => {
  const taken = {
    ...plain,
    refused: { code: 'nvr-taken', because: 'a-1-2 has been built already', remedy: 'raise it' },
  };
  expect(nvrCell(taken)).toBe('refused: nvr-taken');
  expect(nvrNotes('rpm/a', taken)).toEqual(['rpm/a would be refused: a-1-2 has been built already (raise it)']);
  const unknown = { ...plain, nvr: null, because: 'nothing says what %dist is' };
  expect(nvrNotes('rpm/a', unknown)).toEqual(['rpm/a: no NVR is foreseen: nothing says what %dist is']);
});

test.each([
  ['ask', 'the rebuild asks its people'],
  ['take', 'the rebuild takes them along'],
  ['skip', 'the component is left out'],
  ['leave', 'what was built last is built again, without them'],
] as const)('commits that were never built are named, with what becomes of them: %s', (then, words) => {
  const [note] = nvrNotes('rpm/a', { ...plain, unbuilt: { count: 6, commits, then } });
  expect(note).toBe(
    'the head of rpm/a has 6 commits never built: 00000000 Change 0; 11111111 Change 1; 22222222 Change 2 and 3 more; ' +
      words,
  );
});
