import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { roles, type Role } from '@millrace/contracts';
import { AppError, sha256 } from '@millrace/kernel';
import { z } from 'zod';
import { writePrivately } from './private-file';

const entry = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/),
  role: z.enum(roles),
  /** Hex digest of the token's text; the text itself is stored nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
});
const book = z.object({ tokens: z.array(entry) });
export type TokenEntry = z.infer<typeof entry>;

/** Every token ever made, revoked ones too: a name in a journal stays explained. */
export function listTokens(file: string): readonly TokenEntry[] {
  if (!existsSync(file)) return [];
  try {
    return book.parse(JSON.parse(readFileSync(file, 'utf8'))).tokens;
  } catch (thrown) {
    throw new AppError({
      code: 'tokens-unreadable',
      kind: 'invalid',
      message: `the tokens file ${file} cannot be read: ${(thrown as Error).message}`,
      remedy: 'restore it from a backup, or remove it and make new tokens',
      cause: thrown,
    });
  }
}

/**
 * Makes a token and gives its text back, this once; the services know it from the next call on.
 *
 * @throws AppError `token-name-taken` when a token of that name is in force
 */
export function createToken(file: string, name: string, role: Role, at: string): string {
  const tokens = listTokens(file);
  if (tokens.some((token) => token.name === name && token.revoked_at === null)) {
    throw new AppError({
      code: 'token-name-taken',
      kind: 'conflict',
      message: `there is a token named '${name}' already`,
      remedy: `choose another name, or revoke that one first: millrace token revoke ${name}`,
    });
  }
  const text = `mr_${randomBytes(32).toString('base64url')}`;
  const made = entry.safeParse({ name, role, sha256: sha256(text), created_at: at, revoked_at: null });
  if (!made.success) throw nameRefused(name);
  write(file, [...tokens, made.data]);
  return text;
}

/** @throws AppError `token-unknown` when no token of that name is in force */
export function revokeToken(file: string, name: string, at: string): TokenEntry {
  const tokens = listTokens(file);
  const found = tokens.find((token) => token.name === name && token.revoked_at === null);
  if (!found) {
    throw new AppError({
      code: 'token-unknown',
      kind: 'missing',
      message: `no token named '${name}' is in force`,
      remedy: 'see `millrace token list`',
    });
  }
  const revoked = { ...found, revoked_at: at };
  write(
    file,
    tokens.map((token) => (token === found ? revoked : token)),
  );
  return revoked;
}

function write(file: string, tokens: readonly TokenEntry[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writePrivately(file, `${JSON.stringify({ tokens }, null, 2)}\n`);
}

function nameRefused(name: string): AppError {
  return new AppError({
    code: 'token-name-malformed',
    kind: 'invalid',
    message: `'${name.slice(0, 100)}' is not a token name`,
    remedy: 'use letters, digits, and . _ @ - (at most 100 characters)',
  });
}
