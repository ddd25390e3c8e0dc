import { startTestNats, type TestNats } from '@millrace/testing';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gate, Subject } from './driver';
import { startOwnPostgres, type OwnPostgres } from './own-postgres';
import { submissionsIn } from './ledger-builder';
import { mulberry } from './web';

const usage = `npm run crash:scheduler -- [--seeds N] [--from N] [--json]

Kills the scheduler, nats-server and the database (PostgreSQL, every other seed, where it is installed) at random points
of a cascade, empties the whole JetStream folder, and sets the scheduler's SQLite file back to an older copy: for N seeds (50). Each must end with every component validated, no key
submitted twice, and nothing built twice from the same inputs unless the builder itself broke.
`;

/** Seeds that are tried at one time. */
const atOnce = 4;

const shape = { rebuilds: 40, needs: 0, hub: 0, layers: 5, capacity: 6 } as const;

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '50' },
      from: { type: 'string', default: '1' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const from = Number(values.from);
  const failed: number[] = [];
  const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => from + n);
  // They wait most of the time: for builds, and for what was lost to be asked for again.
  const worker = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const problem = await tryOut(seed).catch((thrown: unknown) => String(thrown));
      process.stdout.write(`seed ${seed}: ${problem ?? 'well'}\n`);
      if (problem !== null) failed.push(seed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (values.json) process.stdout.write(`${JSON.stringify({ seeds: Number(values.seeds), failed })}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** What is wrong at the end; null: nothing. */
async function tryOut(seed: number): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), `millrace-crash-${seed}-`));
  const ledger = join(folder, 'ledger.jsonl');
  const nats = await startTestNats();
  // Every other seed runs on PostgreSQL, where there is one.
  const postgres = seed % 2 === 0 ? await startOwnPostgres() : null;
  const subject = new Subject({ ...shape, ledger }, join(folder, 'data'), nats.url, postgres?.url ?? null);
  const gate = await Gate.open(nats.url);
  try {
    await subject.start();
    subject.tell({ kind: 'start' });
    await trouble(seed, { subject, nats, postgres, folder: join(folder, 'data', 'scheduler') });
    const [, report] = await subject.until(({ state }) => state === 'completed', 'the end', 180);
    if (report.counts['validated'] !== shape.rebuilds) return `validated: ${JSON.stringify(report.counts)}`;
    return doubles(ledger);
  } finally {
    await gate.close();
    await subject.kill().catch(() => undefined);
    await nats.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scene {
  readonly subject: Subject;
  readonly nats: TestNats;
  readonly postgres: OwnPostgres | null;
  readonly folder: string;
}

async function trouble(seed: number, { subject, nats, postgres, folder }: Scene): Promise<void> {
  const random = mulberry(seed);
  let copied = false;
  for (let n = 0; n < 5; n++) {
    await sleep(100 + random() * 1200);
    const drawn = random();
    if (drawn < 0.35) {
      await subject.kill();
      await subject.start();
    } else if (drawn < 0.55) {
      await nats.kill();
      await nats.restart(random() < 0.5);
    } else if (drawn < 0.8) {
      await Promise.all([subject.kill(), nats.kill()]);
      await nats.restart(random() < 0.5);
      await subject.start();
    } else if (postgres) {
      await postgres.restart();
    } else {
      // The first time the database is put aside, the second time it is set back to that.
      await subject.kill();
      if (copied) moveFiles(folder, '.aside', '');
      else moveFiles(folder, '', '.aside');
      copied = true;
      await subject.start();
    }
  }
}

function moveFiles(folder: string, from: string, to: string): void {
  for (const end of ['', '-wal', '-shm']) {
    const name = join(folder, `scheduler.sqlite${end}`);
    rmSync(`${name}${to}`, { force: true });
    if (existsSync(`${name}${from}`)) copyFileSync(`${name}${from}`, `${name}${to}`);
  }
}

function doubles(ledger: string): string | null {
  const seen = new Map<string, string>();
  for (const { key, component, needs } of submissionsIn(ledger)) {
    if (seen.has(key)) return `${key} was submitted twice`;
    seen.set(key, component);
    // Attempts differ only where the one before broke.
    const same = `${component} from ${needs.join(' ')} ${key.slice(key.lastIndexOf('_a'))}`;
    if (seen.has(same)) return `${component} was built twice from the same inputs`;
    seen.set(same, component);
  }
  return null;
}
