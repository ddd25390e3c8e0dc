import type { Row } from '@millrace/kernel';
import type { TableReader } from './table';

/** Reads by id that are asked for at one time are read with one statement. */
export function together<R extends Row>(reader: TableReader<R>): TableReader<R> {
  let waiting: Map<string, ((row: R | null) => void)[]> = new Map();
  let failing: ((thrown: unknown) => void)[] = [];
  const readAll = async (): Promise<void> => {
    const asked = waiting;
    const failed = failing;
    waiting = new Map();
    failing = [];
    try {
      const found = new Map((await reader.getMany([...asked.keys()])).map((row) => [row.id, row]));
      for (const [id, tell] of asked) for (const one of tell) one(found.get(id) ?? null);
    } catch (thrown) {
      for (const fail of failed) fail(thrown);
    }
  };
  const get = (id: string): Promise<R | null> =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(() => void readAll());
      const tell = waiting.get(id) ?? [];
      tell.push(resolve);
      waiting.set(id, tell);
      failing.push(reject);
    });
  return { ...reader, get };
}
