import type { BuildStatus, Order } from '@millrace/build-systems';
import type { Evidence } from '@millrace/contracts';
import { digestOf, moment } from '@millrace/kernel';
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { PlayedSystem } from './played-system';

/** A submission as the ledger keeps it, a line each. */
export interface Submission {
  readonly key: string;
  readonly component: string;
  readonly cascade: string | null;
  readonly needs: readonly string[];
  readonly atMs: number;
}

export function submissionsIn(file: string): readonly Submission[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Submission);
}

/**
 * A build system whose memory is a file: it outlives the process that submits to it. A build takes up to half a second;
 * one in twelve first attempts breaks for reasons of the builder's own.
 */
export class LedgerBuilder extends PlayedSystem {
  private readonly known: Map<string, Submission>;

  constructor(
    private readonly file: string,
    capacity: number,
  ) {
    super(capacity);
    this.known = new Map(submissionsIn(file).map((one) => [one.key, one]));
  }

  find(key: string): Promise<string | null> {
    return Promise.resolve(this.known.has(key) ? key : null);
  }
  /** Not idempotent: whoever submits without having looked is found out. */
  submit(key: string, { component, cascade, needs }: Order): Promise<string> {
    const submission = { key, component, cascade, needs, atMs: Date.now() };
    const handle = openSync(this.file, 'a');
    appendFileSync(handle, `${JSON.stringify(submission)}\n`);
    fsyncSync(handle);
    closeSync(handle);
    this.known.set(key, submission);
    return Promise.resolve(key);
  }
  look(refs: readonly string[]): Promise<readonly BuildStatus[]> {
    return Promise.resolve(refs.map((ref) => statusOf(this.known.get(ref)!)));
  }
  contents(ref: string) {
    const { component, needs } = this.known.get(ref)!;
    const inputs = needs.map((need) => ({
      nevra: need,
      component: this.known.get(need)!.component,
      nvr: need,
      build: need,
    }));
    return Promise.resolve({ component, nvr: ref, build: ref, packages: [], buildRequires: [], inputs });
  }
  evidence(): Promise<Evidence> {
    const summary = 'the builder lost its disk';
    return Promise.resolve({ class: 'infrastructure', stage: 'build', summary, tail: '', logs: [], signature: 'disk' });
  }
}

function statusOf({ key, component, cascade, atMs }: Submission): BuildStatus {
  const drawn = Number.parseInt(digestOf(key).slice(7, 15), 16);
  const endMs = atMs + (drawn % 500);
  const breaks = key.endsWith('_a1') && drawn % 12 === 0;
  const ended = Date.now() >= endMs;
  return {
    ref: key,
    key,
    release: 'bench',
    component,
    origin: 'cascade',
    cascade,
    state: !ended ? 'building' : breaks ? 'failed' : 'complete',
    nvr: key,
    bootstrap: false,
    startedAt: moment(atMs),
    endedAt: ended ? moment(endMs) : null,
    repository: ended && !breaks ? `file:///ledger/candidates/${key}` : null,
    builtFrom: null,
    submittedBy: null,
    source: null,
  };
}
