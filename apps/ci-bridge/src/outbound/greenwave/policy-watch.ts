import type { ReadCatalogue, PolicyFolders } from './policy-files';
import { readCatalogue, stampOfFolders } from './policy-files';

export interface PolicyWatchParts {
  readonly folders: PolicyFolders;
  readonly everyMs: number;
  changed(catalogue: ReadCatalogue): Promise<void>;
  /** The files cannot be used; what was read before stays. */
  broken(problems: readonly string[]): void;
}

/** Looks at policy files and reads them again when one has changed. */
export class PolicyWatch {
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly parts: PolicyWatchParts,
    private stamp: string,
  ) {}

  start(): void {
    this.timer = setInterval(
      () => (this.looking ??= this.look().finally(() => (this.looking = null))),
      this.parts.everyMs,
    );
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    // A file that vanishes while it is looked at is looked at again the next time.
    const stamp = await stampOfFolders(this.parts.folders).catch(() => this.stamp);
    if (stamp === this.stamp || this.stopped) return;
    const read = await readCatalogue(this.parts.folders);
    if (read.problems.length > 0) this.parts.broken(read.problems);
    else await this.parts.changed(read);
    this.stamp = stamp;
  }
}
