import type { BuildStatus, BuildSystem } from '@millrace/build-systems';
import { AppError } from '@millrace/kernel';
import { isOver } from './systems';

/** Looks are this far apart at most. */
const everyMs = 150;
/**
 * Builds are looked at more often, so that not all that end meanwhile are told of in one moment, as long as a twentieth of
 * the time is enough for it.
 */
const leastPauseMs = 10;
const pauses = 20;
/** Builds that a build system is asked for at one time. */
const mostRefs = 500;
/**
 * How long a build that only goes on is watched before that is reported: each watch ends at a time of its own, or all
 * that began with a cascade would be reported in one moment, again and again.
 */
const leastMs = 60_000;
const spreadMs = 90_000;

interface Watcher {
  readonly ref: string;
  readonly first: BuildStatus;
  readonly until: number;
  readonly resolve: (status: BuildStatus) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Watches the builds of one build system, with one look at all of them. A build system far away may take longer for a
 * look: it looks at its own pace.
 */
export class BuildWatch {
  private readonly watchers = new Set<Watcher>();
  private timer: NodeJS.Timeout | null = null;
  private pauseMs = everyMs;

  constructor(private readonly system: BuildSystem) {}

  /** Until the build ends, gets its name, is taken by a builder, or has been watched long enough. */
  async watch(ref: string, signal: AbortSignal): Promise<BuildStatus> {
    const first = await lookOnce(this.system, ref);
    if (isOver(first)) return first;
    return new Promise((resolve, reject) => {
      const until = Date.now() + leastMs + Math.random() * spreadMs;
      const watcher = { ref, first, until, resolve, reject };
      this.watchers.add(watcher);
      const stop = (): void => this.end(watcher, () => reject(brokenOff()));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      this.timer ??= setTimeout(() => void this.lookAtAll(), this.pauseMs);
    });
  }

  private async lookAtAll(): Promise<void> {
    const began = performance.now();
    const watchers = [...this.watchers];
    const refs = [...new Set(watchers.map((one) => one.ref))];
    const seen = new Map<string, BuildStatus>();
    for (let n = 0; n < refs.length; n += mostRefs) {
      // What is not answered here is asked for by itself.
      const statuses = await this.system.look(refs.slice(n, n + mostRefs)).catch(() => []);
      for (const status of statuses) seen.set(status.ref, status);
    }
    this.pauseMs = pauseAfter(performance.now() - began);
    await Promise.all(watchers.map((watcher) => this.tell(watcher, seen.get(watcher.ref))));
    this.timer = this.watchers.size === 0 ? null : setTimeout(() => void this.lookAtAll(), this.pauseMs);
  }

  private async tell(watcher: Watcher, seen: BuildStatus | undefined): Promise<void> {
    try {
      const status = seen ?? (await lookOnce(this.system, watcher.ref));
      const { first, until } = watcher;
      const moved = isOver(status) || status.nvr !== first.nvr || status.state !== first.state;
      if (moved || Date.now() >= until) this.end(watcher, () => watcher.resolve(status));
    } catch (thrown) {
      this.end(watcher, () => watcher.reject(thrown));
    }
  }

  private end(watcher: Watcher, tell: () => void): void {
    if (this.watchers.delete(watcher)) tell();
  }
}

/** Milliseconds until the next look, after one that took so long. */
export function pauseAfter(tookMs: number): number {
  return Math.min(everyMs, Math.max(leastPauseMs, pauses * tookMs));
}

export async function lookOnce(system: BuildSystem, ref: string): Promise<BuildStatus> {
  const [status] = await system.look([ref]);
  if (status) return status;
  throw new AppError({
    code: 'build-unknown',
    kind: 'missing',
    message: `${system.name} does not know build ${ref} any more`,
    remedy: 'it is built again',
  });
}

function brokenOff(): AppError {
  return new AppError({ code: 'stopping', kind: 'unavailable', message: 'the look at a build was broken off' });
}
