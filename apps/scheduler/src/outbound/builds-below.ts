import type { TableReader } from '@millrace/store';
import type { RebuildRow } from '../domain/state';

interface Below {
  readonly needs: readonly string[];
  readonly build: string | null;
}

/**
 * The validated builds that a rebuild stands on. What a validated rebuild needed and gave never changes: it is read
 * once, so that a submission in a large cascade does not read everything below it again.
 */
export class BuildsBelow {
  private readonly validated = new Map<string, Below>();

  constructor(
    private readonly rebuilds: Pick<TableReader<RebuildRow>, 'getMany'>,
    private readonly most = 100_000,
  ) {}

  /** Builds of everything in the cascade that the rebuild needs, directly or not, in the order of their names. */
  async of(rebuild: Pick<RebuildRow, 'needs'>): Promise<readonly string[]> {
    const found = new Map<string, Below>();
    let level: readonly Pick<RebuildRow, 'needs'>[] = [rebuild];
    while (level.length > 0) {
      const ids = [...new Set(level.flatMap((one) => one.needs))].filter((id) => !found.has(id));
      const unknown = ids.filter((id) => !this.validated.has(id));
      for (const id of ids) {
        const known = this.validated.get(id);
        if (known) found.set(id, known);
      }
      for (const row of await this.rebuilds.getMany(unknown)) this.keep(row, found);
      level = ids.flatMap((id) => found.get(id) ?? []);
    }
    const builds = [...found.values()].flatMap((one) => (one.build ? [one.build] : []));
    return builds.sort();
  }

  private keep({ id, needs, state, build }: RebuildRow, found: Map<string, Below>): void {
    const below = { needs, build: state === 'validated' ? build : null };
    found.set(id, below);
    if (state !== 'validated') return;
    if (this.validated.size >= this.most) this.validated.clear();
    this.validated.set(id, below);
  }
}
