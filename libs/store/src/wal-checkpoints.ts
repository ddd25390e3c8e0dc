import * as sqlite3 from 'sqlite3';
import { sqliteConnection, type SqliteConnection } from './sqlite-connection';

/**
 * Pages (of 4 KiB), about, that are written between two looks at the log. A look that finds much waits for the disk twice,
 * and the commits beside it wait longer: there should be few of them, and a page that was written ten times meanwhile is
 * carried over once.
 */
const pagesBetween = 48_000;

/** Pages from which on the log is emptied with the writer standing still for a moment. */
const mostPages = 4000;

/** What a commit writes, about: pages of indexes that its text does not tell of, and its text with what that moves. */
const pagesOfCommit = 16;
const charactersOfPage = 1500;

/** SQLite's own checkpoint, inside of a commit: when this one did not come to it. */
export const ownCheckpoint = 'wal_autocheckpoint = 128000';

/**
 * Carries the pages of the write-ahead log into the file on a connection of its own, beside the writer: in a commit that
 * would take tens of milliseconds now and then. What little is written meanwhile is carried over in the writer's turn, so
 * that the log can begin anew.
 */
export class WalCheckpoints {
  /** Written since the last look, about. */
  private pages = 0;
  private running: Promise<void> | null = null;

  private constructor(
    private readonly handle: sqlite3.Database,
    private readonly connection: SqliteConnection,
    private readonly inTurn: (work: () => Promise<unknown>) => Promise<unknown>,
  ) {}

  static async open(file: string, inTurn: (work: () => Promise<unknown>) => Promise<unknown>): Promise<WalCheckpoints> {
    const handle = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opened: sqlite3.Database = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)));
    });
    return new WalCheckpoints(handle, sqliteConnection(handle), inTurn);
  }

  /** `characters`: of what was committed. */
  committed(characters: number): void {
    this.pages += pagesOfCommit + characters / charactersOfPage;
    if (this.pages < pagesBetween || this.running) return;
    this.pages = 0;
    // One that fails is made by a later one, or by SQLite itself.
    this.running = this.carry()
      .catch(() => undefined)
      .finally(() => (this.running = null));
  }

  async close(): Promise<void> {
    await this.running;
    await this.connection.release();
    await new Promise<void>((resolve) => this.handle.close(() => resolve()));
  }

  /** What was written during the first is little, and the writer stands still for what was written during the second. */
  private async carry(): Promise<void> {
    const pages = await this.checkpoint();
    if (pages < mostPages) return;
    await this.checkpoint();
    await this.inTurn(() => this.checkpoint());
  }

  /** Answers how many pages the log has. */
  private async checkpoint(): Promise<number> {
    const [row] = await this.connection.rows<{ log: number }>('PRAGMA wal_checkpoint(PASSIVE)');
    return row?.log ?? 0;
  }
}
