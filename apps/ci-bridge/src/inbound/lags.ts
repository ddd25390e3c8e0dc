import type { ResultDraft } from '../domain/input';
import { momentOf } from '../domain/stamp';

/** How old the newest message of each source was when it came, in seconds. */
export class Lags {
  private readonly seconds = new Map<string, number>();

  /** Bounded, whatever names sources have. */
  late(source: string, seconds: number): void {
    if (this.seconds.size < 200 || this.seconds.has(source))
      this.seconds.set(source, Math.round(seconds * 1000) / 1000);
  }

  /** A message that says when its test ended, by the CI's clock. */
  heard(source: string, { occurred }: Pick<ResultDraft, 'occurred'>): void {
    if (occurred) this.late(source, Math.max(0, (Date.now() - Date.parse(momentOf(occurred.from))) / 1000));
  }

  values(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map(this.seconds));
  }
}
