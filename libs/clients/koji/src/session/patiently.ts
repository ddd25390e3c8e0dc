import { setTimeout as pause } from 'node:timers/promises';
import { isFault } from '../fault';
import { NoAnswer } from './connection';
import type { RetryPace } from './options';

/** For what may be sent again freely: reads without a session, and logging in. */
export async function patiently<T>(pace: RetryPace, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (thrown) {
      const passing = thrown instanceof NoAnswer || isFault(thrown, 'ServerOffline');
      if (!passing || tries >= pace.tries) throw thrown;
      await pause(pace.intervalMs);
    }
  }
}
