import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@millrace/kernel';
import { createToken, listTokens, revokeToken } from './token-book';

const at = '2026-01-31T09:30:00.000Z';
let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-tokens-'));
  file = join(dir, 'secrets', 'tokens.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a token is kept as its digest, in a file for its owner alone', () => {
  const token = createToken(file, 'ada', 'releng', at);
  expect(token).toMatch(/^mr_[A-Za-z0-9_-]{43}$/);
  expect(readFileSync(file, 'utf8')).not.toContain(token);
  expect(listTokens(file)).toEqual([
    { name: 'ada', role: 'releng', sha256: sha256(token), created_at: at, revoked_at: null },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a name is taken until its token is revoked; the revoked one stays in the book', () => {
  const first = createToken(file, 'ada', 'read', at);
  expect(() => createToken(file, 'ada', 'admin', at)).toThrow("there is a token named 'ada' already");
  revokeToken(file, 'ada', at);
  expect(() => revokeToken(file, 'ada', at)).toThrow("no token named 'ada' is in force");
  expect(createToken(file, 'ada', 'read', at)).not.toBe(first);
  expect(listTokens(file).map((token) => token.revoked_at)).toEqual([at, null]);
});

test.each(['', '../x', 'a b', 'x'.repeat(101)])('%j is no name', (name) => {
  expect(() => createToken(file, name, 'read', at)).toThrow('is not a token name');
  expect(listTokens(file)).toEqual([]);
});

test('a broken book is named, and not written over', () => {
  createToken(file, 'ada', 'read', at);
  writeFileSync(file, '{"tokens":[{"name":"ada"}]}');
  expect(() => createToken(file, 'bea', 'read', at)).toThrow(file);
  expect(readFileSync(file, 'utf8')).toBe('{"tokens":[{"name":"ada"}]}');
});
