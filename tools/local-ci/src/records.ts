import { sha256 } from '@millrace/kernel';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from './check';

export interface TestRecord {
  readonly build: string;
  readonly outcomes: readonly Outcome[];
  /** When the tests ended, ISO 8601 in UTC. */
  readonly at: string;
}

/** What was found out about each build, one file each: a build is tested once, however often its event comes. */
export class Records {
  constructor(private readonly folder: string) {}

  async find(build: string): Promise<TestRecord | null> {
    try {
      return JSON.parse(await readFile(this.pathOf(build), 'utf8')) as TestRecord;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw thrown;
    }
  }

  /** Written aside and renamed: a record is whole or not there. */
  async keep(record: TestRecord): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = this.pathOf(record.build);
    await writeFile(`${path}.draft`, JSON.stringify(record));
    await rename(`${path}.draft`, path);
  }

  private pathOf(build: string): string {
    return join(this.folder, `${sha256(build).slice(0, 32)}.json`);
  }
}
