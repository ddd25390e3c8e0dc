import { AppError } from '@millrace/kernel';
import type { Wanted } from './connection';

/** A change touched fewer rows than it had to: they are not any more what they were when they were read. */
export function overtaken(name: string, missed: number): AppError {
  return new AppError({
    code: 'revision-conflict',
    kind: 'conflict',
    message: `${missed} rows of ${name} were changed by somebody else meanwhile`,
    remedy: 'it is decided again on the newer state',
  });
}

export function expectAll({ name, rows }: Wanted, touched: number): void {
  if (touched !== rows) throw overtaken(name, rows - touched);
}

const mark = 'millrace overtook';

/** SQLite: what lets a script look at its own changes. Of the connection alone, nothing of it is stored. */
export const overtakenSchema =
  "CREATE TEMP VIEW millrace_touched AS SELECT '' AS name, 0 AS rows, 0 AS wanted;" +
  'CREATE TEMP TRIGGER millrace_overtaken INSTEAD OF INSERT ON millrace_touched WHEN NEW.rows <> NEW.wanted BEGIN ' +
  `SELECT RAISE(ABORT, '${mark} ' || NEW.name || ' ' || (NEW.wanted - NEW.rows)); END`;

/** SQLite: ends a script when the change before it did not touch all that it had to. */
export function touchedAll({ name, rows }: Wanted): string {
  return `INSERT INTO millrace_touched VALUES ('${name}', changes(), ${rows})`;
}

/** The fault of a script that {@link touchedAll} has ended; null: it was something else. */
export function overtakenIn(thrown: unknown): AppError | null {
  const [, name, missed] = new RegExp(`${mark} (\\S+) (-?\\d+)`).exec((thrown as Error).message) ?? [];
  return name === undefined ? null : overtaken(name, Number(missed));
}
