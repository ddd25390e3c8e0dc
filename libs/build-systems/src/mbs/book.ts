import { sha256 } from '@millrace/kernel';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRef } from '../build-system';
import { readJson, writeJson } from '../local-rpm/json-file';
import type { MbsParts } from './settings';

/** A submission of ours: written before it is sent. `ids` is null until the service has said what it made of it. */
export interface Submission {
  readonly key: string;
  readonly release: string;
  readonly component: string;
  readonly cascade: string | null;
  readonly scmurl: string;
  readonly at: string;
  readonly ref: BuildRef | null;
}

/** The service keeps no key of ours, so what is whose stands in the folder. */
export async function readSubmission(parts: MbsParts, key: string): Promise<Submission | null> {
  return readJson<Submission>(fileOf(parts, key));
}

export async function writeSubmission(parts: MbsParts, submission: Submission): Promise<void> {
  await mkdir(folder(parts), { recursive: true });
  await writeJson(fileOf(parts, submission.key), submission);
}

export async function allSubmissions(parts: MbsParts): Promise<readonly Submission[]> {
  const names = (await readdir(folder(parts)).catch(() => [])).filter((name) => name.endsWith('.json'));
  const all = await Promise.all(names.map((name) => readJson<Submission>(join(folder(parts), name))));
  return all.filter((one): one is Submission => one !== null);
}

function fileOf(parts: MbsParts, key: string): string {
  return join(folder(parts), `${sha256(key)}.json`);
}

function folder({ options }: MbsParts): string {
  return join(options.dir, 'submissions');
}
