import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Text of a file that strangers made. null for a link (it could lead to any file of the machine), or when too large. */
export async function readSourceFile(folder: string, name: string, mostBytes: number): Promise<string | null> {
  const path = join(folder, name);
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (!handle) return null;
  try {
    const stat = await handle.stat();
    return stat.isFile() && stat.size <= mostBytes ? await handle.readFile('utf8') : null;
  } finally {
    await handle.close();
  }
}
