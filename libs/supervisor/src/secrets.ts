import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MillFolder } from './mill-folder';
import { natsUsers, type NatsUser } from './nats-permissions';
import { writePrivately } from './private-file';
import { createToken, listTokens, revokeToken } from './token-book';

/** The file with one NATS user's password; only its owner may read it. */
export function passwordFileOf(folder: MillFolder, user: NatsUser): string {
  return join(folder.secrets, `nats-${user}.password`);
}

/** Makes the passwords that are missing, and gives all of them. */
export function ensurePasswords(folder: MillFolder): Readonly<Record<NatsUser, string>> {
  const passwords = natsUsers.map((user) => [user, ensurePassword(passwordFileOf(folder, user))]);
  return Object.fromEntries(passwords) as Record<NatsUser, string>;
}

function ensurePassword(file: string): string {
  if (!existsSync(file)) writePrivately(file, `${randomBytes(24).toString('base64url')}\n`);
  return readFileSync(file, 'utf8').trim();
}

/** The local user's token: an admin's, made when it is missing or no longer known. */
export function ensureLocalToken(folder: MillFolder, name: string, at: string): void {
  if (existsSync(folder.tokenFile) && listTokens(folder.tokensFile).some((token) => token.revoked_at === null)) return;
  const lost = listTokens(folder.tokensFile).some((token) => token.name === name && token.revoked_at === null);
  if (lost) revokeToken(folder.tokensFile, name, at);
  writePrivately(folder.tokenFile, `${createToken(folder.tokensFile, name, 'admin', at)}\n`);
}
