import type { Row } from '@millrace/kernel';
import type { TableReader } from './table';

/** Reads by id that are asked for at one time are read with one statement; what is in memory is not read. */
export function together(reader: TableReader<Row>, recall: (id: string) => Row | undefined): TableReader<Row> {
  let waiting: Map<string, ((row: Row | null) => void)[]> = new Map();
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
  const get = (id: string): Promise<Row | null> => {
    const known = recall(id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(() => void readAll());
      const tell = waiting.get(id) ?? [];
      tell.push(resolve);
      waiting.set(id, tell);
      failing.push(reject);
    });
  };
  const getMany = async (ids: readonly string[]): Promise<Row[]> => {
    const known = ids.flatMap((id) => recall(id) ?? []);
    const there = new Set(known.map((row) => row.id));
    const unknown = ids.filter((id) => !there.has(id));
    return unknown.length === 0 ? known : [...known, ...(await reader.getMany(unknown))];
  };
  return { ...reader, get, getMany };
}
