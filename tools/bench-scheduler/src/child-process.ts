import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The next message of this kind that a child sends; it fails when the child ends before. */
export function nextMessage(child: ChildProcess, kind: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`the scheduler ended with ${code}`));
    const hear = (message: { kind: string }): void => {
      if (message.kind !== kind) return;
      child.off('message', hear);
      child.off('exit', failed);
      resolve(message);
    };
    child.once('exit', failed);
    child.on('message', hear);
  });
}

/** `kill -9`, until it has ended; nothing to do when it has. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
