import { AppError } from '@millrace/kernel';
import { readFileSync } from 'node:fs';

/** Where a forge's secrets are: a file, in whose path `{release}` stands for the release; empty: nowhere. */
export type SecretFiles = Readonly<Record<string, string>>;

/**
 * The secrets that a forge may sign with for a release, one a line: while one is replaced, the file has both. Read
 * anew each time, so that a new one counts at once.
 *
 * @throws AppError `webhook-secret-missing` (forbidden) when there is none
 */
export function secretsOf(files: SecretFiles, forge: string, release: string): readonly string[] {
  const path = (files[forge] ?? '').replaceAll('{release}', release);
  const secrets = path === '' ? [] : linesOf(path);
  if (secrets.length > 0) return secrets;
  throw new AppError({
    code: 'webhook-secret-missing',
    kind: 'forbidden',
    message: `no webhook of ${forge} is taken for release ${release}: there is no secret to check it with`,
    remedy: `write the webhook's secret into a file, and name it in ${forge}_secret_file of the scheduler's settings`,
  });
}

function linesOf(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch {
    // A file that is not there, and one that may not be read: neither has a secret.
    return [];
  }
}
