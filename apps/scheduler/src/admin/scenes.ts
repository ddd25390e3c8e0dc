import { moment, type Moment } from '@millrace/kernel';
import type { TableReader } from '@millrace/store';
import { outlook, type Outlook, type OutlookBounds } from '../domain/outlook';
import type { CascadeRow, RebuildRow } from '../domain/state';
import { placeOf, rebuildPage, type Place } from './rebuild-pages';
import { countsDiffer, laid, reopened, type SceneRow } from './scene-rows';

type Read = { readonly rebuilds: TableReader<RebuildRow> };

/** A cascade with all its rebuilds in short, and how it is expected to go on. */
export interface Scene {
  readonly rows: ReadonlyMap<string, SceneRow>;
  readonly outlook: Outlook;
  /** The time from which the outlook counts. */
  readonly at: Moment;
}

/** What an outlook goes by; equal keys give equal bounds. */
export interface Conditions {
  readonly key: string;
  readonly from: (at: Moment) => OutlookBounds;
}

interface Kept {
  readonly rows: Map<string, SceneRow>;
  /** When it was read last, and when whole. */
  readAt: number;
  wholeAt: number;
  /** What was foreseen from these rows. */
  foreseen: { readonly outlook: Outlook; readonly key: string; readonly at: number } | null;
}

/** Rows that are read at one time: others are served in between. */
const pageSize = 1000;
/** Cascades that are kept. */
const mostKept = 8;
/** A change may be committed so long after the time that it bears. */
const overlapMs = 10_000;
/** An outlook is used so long while nothing changes. */
const outlookMs = 5000;
/** A look at rows that were missed is made again after so long at the earliest. */
const wholeMs = 300_000;
/** Smaller cascades are read in no time. */
const leastWarm = 2000;

/**
 * Cascades as they are read for explanations. The graph of tens of thousands of rebuilds is read once; later only what
 * has changed since. What is kept is a copy to read from: nothing is decided by it, and it may be dropped at any time.
 */
export class Scenes {
  private readonly kept = new Map<string, Promise<Kept>>();

  constructor(
    private readonly read: Read,
    private readonly now: () => number = Date.now,
  ) {}

  async of(cascade: CascadeRow, conditions: Conditions): Promise<Scene> {
    const before = this.kept.get(cascade.id);
    // One after another: two readers of one cascade are not in each other's way.
    const next = before ? before.then((kept) => this.refreshed(cascade, kept)) : this.whole(cascade);
    this.keep(cascade.id, next);
    const kept = await next.catch((thrown: unknown) => {
      this.kept.delete(cascade.id);
      throw thrown;
    });
    const { outlook: ahead, at } = this.foresee(cascade, kept, conditions);
    return { rows: kept.rows, outlook: ahead, at: moment(at) };
  }

  /** Begins to read a cascade that is likely to be asked about, unless it is kept. */
  warm(cascade: CascadeRow): void {
    const size = Object.values(cascade.counts).reduce((sum, count) => sum + count, 0);
    if (size < leastWarm || cascade.endedAt !== null || this.kept.has(cascade.id)) return;
    const next = this.whole(cascade);
    this.keep(cascade.id, next);
    // Whoever asks reads it again then.
    next.catch(() => this.kept.delete(cascade.id));
  }

  private keep(id: string, next: Promise<Kept>): void {
    this.kept.delete(id);
    this.kept.set(id, next);
    for (const [oldest] of this.kept) if (this.kept.size > mostKept) this.kept.delete(oldest);
  }

  private async whole({ id: cascade }: CascadeRow): Promise<Kept> {
    const readAt = this.now();
    const rows = new Map<string, SceneRow>();
    for (let after: Place | null = null; ;) {
      const page: readonly RebuildRow[] = await rebuildPage(this.read, { cascade }, after, pageSize);
      laid(rows, page);
      if (page.length < pageSize) break;
      after = placeOf(page.at(-1)!);
    }
    return { rows, readAt, wholeAt: readAt, foreseen: null };
  }

  private async refreshed(cascade: CascadeRow, kept: Kept): Promise<Kept> {
    const readAt = this.now();
    const since = moment(kept.readAt - overlapMs);
    const changed = laid(
      kept.rows,
      await this.read.rebuilds.where({ cascade: cascade.id, updated_at: { from: since } }),
    );
    kept.readAt = readAt;
    if (changed === 0) return kept;
    kept.foreseen = null;
    // Rows and counts are read at two moments; where they differ for long, something was missed.
    if (countsDiffer(cascade, kept.rows) && readAt - kept.wholeAt > wholeMs) return this.whole(cascade);
    reopened(kept.rows);
    return kept;
  }

  private foresee(cascade: CascadeRow, kept: Kept, conditions: Conditions) {
    const going = cascade.state !== 'completed' && cascade.state !== 'cancelled';
    const key = `${conditions.key}/${going}`;
    const at = this.now();
    if (kept.foreseen?.key === key && at - kept.foreseen.at < outlookMs) return kept.foreseen;
    const rows = going ? [...kept.rows.values()] : [];
    kept.foreseen = { outlook: outlook(rows, conditions.from(moment(at)), moment(at)), key, at };
    return kept.foreseen;
  }
}
