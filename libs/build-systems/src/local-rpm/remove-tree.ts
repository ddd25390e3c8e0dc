import { rm } from 'node:fs/promises';
import { runStep } from './run-step';

const systemPath = '/usr/bin:/bin';

/** Processes of a killed sandbox may write for some milliseconds more. */
const patiently = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 } as const;

/** Removes a folder that strangers wrote to, with folders in it that its owner may not read. Links are not followed. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, patiently);
  } catch {
    await runStep({ argv: ['chmod', '-R', 'u+rwX', '--', path], path: systemPath, output: 'returned' });
    await rm(path, patiently);
  }
}
