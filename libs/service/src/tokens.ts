import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { roles, type Role } from '@millrace/contracts';
import { AppError, sha256 } from '@millrace/kernel';
import { z } from 'zod';
import type { Caller } from './definition';

const tokensFile = z.object({
  tokens: z.array(
    z.object({
      name: z.string().min(1).max(100),
      role: z.enum(roles),
      /** Hex digest of the token's text; the text itself is stored nowhere. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      created_at: z.string(),
      revoked_at: z.string().nullable(),
    }),
  ),
});
type Entry = z.infer<typeof tokensFile>['tokens'][number];

/** The named tokens that may act. The file is read again when it changed, so that a revocation holds at once. */
export class Tokens {
  private entries: readonly Entry[] = [];
  private stamp = '';

  constructor(private readonly file: string) {}

  /** Who has this token; null when there is none, or an unknown or revoked one. */
  whose(token: string | null): Caller | null {
    if (token === null) return null;
    this.refresh();
    const given = Buffer.from(sha256(token), 'hex');
    const found = this.entries.filter((entry) => timingSafeEqual(Buffer.from(entry.sha256, 'hex'), given))[0];
    return found && found.revoked_at === null ? { name: found.name, role: found.role } : null;
  }

  private refresh(): void {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    const stamp = stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'none';
    if (stamp === this.stamp) return;
    this.entries = stat ? this.read() : [];
    this.stamp = stamp;
  }

  private read(): readonly Entry[] {
    try {
      return tokensFile.parse(JSON.parse(readFileSync(this.file, 'utf8'))).tokens;
    } catch (thrown) {
      throw new AppError({
        code: 'tokens-unreadable',
        kind: 'unavailable',
        message: `the tokens file ${this.file} cannot be read`,
        remedy: 'restore it, or make a new token with `millrace token create`',
        cause: thrown,
      });
    }
  }
}

/** Refuses a caller whose role is not enough. */
export function authorize(caller: Caller | null, needed: Role | null, what: string): Caller {
  if (needed === null) return caller ?? { name: 'anonymous', role: null };
  if (caller === null) {
    throw new AppError({
      code: 'token-needed',
      kind: 'forbidden',
      message: `${what} needs a token with the role ${needed}`,
      remedy: 'make one with `millrace token create NAME --role ROLE` and send it as `Authorization: Bearer …`',
    });
  }
  if (roles.indexOf(caller.role ?? 'read') >= roles.indexOf(needed)) return caller;
  throw new AppError({
    code: 'role-insufficient',
    kind: 'forbidden',
    message: `${what} needs the role ${needed}; ${caller.name} has ${caller.role ?? 'none'}`,
    remedy: `ask somebody with the role ${needed}, or an admin for another token`,
  });
}
