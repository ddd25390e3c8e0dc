import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of one mail beyond the database: nothing, that its last line was about to go, or the server's answer. */
export type Sent =
  | { readonly state: 'sending'; readonly at: string }
  | { readonly state: 'accepted'; readonly at: string; readonly response: string };

export interface SentLedger {
  read(notice: string): Promise<Sent | null>;
  /** On the disk before it returns. */
  write(notice: string, sent: Sent): Promise<void>;
  /** The server said no: the mail may be tried again. */
  forget(notice: string): Promise<void>;
}

/**
 * One small file per notice. SMTP cannot be asked whether it took a mail, so this is where a sender looks before it
 * acts. It stands beside the database, not in it: a database set back to a backup does not mail anybody twice.
 */
export async function openSentLedger(dataDir: string): Promise<SentLedger> {
  const dir = join(dataDir, 'sent');
  await mkdir(dir, { recursive: true });
  const pathOf = (notice: string): string => join(dir, `${notice.replace(/[^A-Za-z0-9_-]/g, '_')}.json`);
  return {
    async read(notice) {
      const text = await readFile(pathOf(notice), 'utf8').catch(absent);
      return text === null ? null : (JSON.parse(text) as Sent);
    },
    async write(notice, sent) {
      const path = pathOf(notice);
      await writeDurably(`${path}.new`, JSON.stringify(sent));
      await rename(`${path}.new`, path);
      await syncFolder(dir);
    },
    async forget(notice) {
      await rm(pathOf(notice), { force: true });
      await syncFolder(dir);
    },
  };
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
