import type { Database } from '@millrace/store';
import { engineTable, type DocumentRow } from './documents';

/**
 * What parked inputs wait for, as far as one process alone works on the database: all that was parked when it started
 * and since. Some of it may have been taken up meanwhile; nothing is missing.
 */
export class ParkedTokens {
  private readonly tokens = new Set<string>();
  private loaded: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly app: string,
  ) {}

  add(parked: readonly DocumentRow[]): void {
    for (const { columns } of parked) this.tokens.add(String(columns?.['until']));
  }

  async among(appeared: readonly string[]): Promise<readonly string[]> {
    this.loaded ??= this.load();
    await this.loaded;
    return appeared.filter((token) => this.tokens.delete(token));
  }

  private async load(): Promise<void> {
    try {
      const rows = await this.database.reader.rows<{ until: string }>(
        `SELECT DISTINCT until FROM ${engineTable(this.app, 'parked')}`,
      );
      for (const { until } of rows) this.tokens.add(until);
    } catch (thrown) {
      this.loaded = null;
      throw thrown;
    }
  }
}
