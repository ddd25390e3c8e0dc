import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Deadlines,
  Engine,
  OutboxRelay,
  WorkRunner,
  engineTable,
  type Places,
  type Publisher,
  type WorkKind,
} from '@millrace/engine';
import { Database, migrate, type Connection, type Tables } from '@millrace/store';
import { uuidv7 } from 'uuidv7';
import { ledger, ledgerMigrations, type LedgerInput } from '../ledger';

/**
 * A process that works through a small scenario and kills itself, as by `kill -9`, at its nth step: before a statement,
 * before or after a commit, before or after a call to the outside. Usage: node ledger-process.js DIR STEP (0: never).
 * Its outside is files in DIR: what it was answered (`acks`), the bank (`payments`), the bus (`bus`).
 */
const [dir = '', killAt = '0'] = process.argv.slice(2);
let steps = 0;

function step(): void {
  steps++;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

const inputs: readonly (readonly [string, LedgerInput])[] = [
  ['i1', { type: 'open', account: 'a' }],
  ['i2', { type: 'add', account: 'a', amount: 1, tell: true, pay: 'p1' }],
  ['i3', { type: 'add', account: 'b', amount: 10 }],
  ['i4', { type: 'open', account: 'b' }],
  ['i5', { type: 'both', account: 'a', other: 'b', amount: 100 }],
  ['i6', { type: 'later', account: 'a', at: '2026-01-31T09:30:00.000Z', amount: 1000 }],
  ['i7', { type: 'add', account: 'b', amount: 1, tell: true, pay: 'p2' }],
];

function lines(name: string): string[] {
  const file = join(dir, name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function append(name: string, line: string): void {
  step();
  appendFileSync(join(dir, name), `${line}\n`);
  step();
}

/** The same database with a step before every statement and around every commit. */
function stepping(database: Database): Database {
  const wrap = (tx: Connection): Connection => ({
    ...tx,
    rows: (sql, parameters) => (step(), tx.rows(sql, parameters)),
    change: (sql, parameters) => (step(), tx.change(sql, parameters)),
    defer: (sql, parameters, wanted) => (step(), tx.defer(sql, parameters, wanted)),
  });
  const stepped = async <R>(
    perform: (work: (tx: Connection) => Promise<R>) => Promise<R>,
    work: (tx: Connection) => Promise<R>,
  ): Promise<R> => {
    const result = await perform(async (tx) => {
      const inner = await work(wrap(tx));
      step();
      return inner;
    });
    step();
    return result;
  };
  type Work<R> = (tx: Connection) => Promise<R>;
  return Object.create(database, {
    transaction: {
      value: <R>(work: Work<R>, locks?: readonly string[]): Promise<R> =>
        stepped((whole) => database.transaction(whole, locks), work),
    },
    lightTransaction: {
      value: <R>(work: Work<R>): Promise<R> => stepped((whole) => database.lightTransaction(whole), work),
    },
  }) as Database;
}

const publisher: Publisher = {
  publish: (_, id) => {
    // As the server does: a message id that is there already is answered with its sequence.
    if (!lines('bus').includes(id)) append('bus', id);
    return Promise.resolve({ seq: lines('bus').indexOf(id) + 1 });
  },
  streamCreated: () => Promise.resolve('once'),
  idAt: (seq) => Promise.resolve(lines('bus')[seq - 1] ?? null),
  firstSeq: () => Promise.resolve(1),
};

const pay: WorkKind<{ readonly account: string }, string, LedgerInput> = {
  kind: 'pay',
  concurrency: 1,
  timeoutMs: 5000,
  tries: 3,
  run: (_, { key }) => {
    if (!lines('payments').includes(key)) append('payments', key);
    return Promise.resolve(key);
  },
  toInput: ({ account }, outcome) => ({ type: 'paid', account, receipt: outcome.ok ? outcome.value : '' }),
};

async function main(): Promise<void> {
  const database = stepping(await Database.open(`sqlite:${join(dir, 'ledger.sqlite')}`));
  await migrate(database, ledger.app, ledgerMigrations);
  const places: Places = {
    reserve: (kind) => works.places.reserve(kind),
    giveBack: (kind) => works.places.giveBack(kind),
    begin: (calls) => works.places.begin(calls),
  };
  const engine = new Engine(database, ledger, { newId: uuidv7, batch: 2, places });
  const any = engine as unknown as Engine<Tables, LedgerInput>;
  const works: WorkRunner<LedgerInput> = new WorkRunner<LedgerInput>(database, any, [pay], {
    retry: () => undefined,
    unknown: () => undefined,
  });
  const relay = new OutboxRelay(database, ledger.app, publisher, { failed: () => undefined, resent: () => undefined });
  const deadlines = new Deadlines<LedgerInput>(database, any, () => Promise.resolve());
  await works.start(true);
  await engine.resume();
  await engine.retryParked();
  const acked = lines('acks');
  for (const [id, input] of inputs) {
    if (acked.includes(id)) continue;
    await engine.take(input, { id, source: 'client', who: 'client' });
    append('acks', id);
  }
  deadlines.start();
  while (await unsettled(database)) {
    works.wake();
    relay.wake();
    deadlines.wake();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await deadlines.stop();
  await works.stop();
  await relay.stop();
  await engine.close();
  await database.close();
}

async function unsettled(database: Database): Promise<boolean> {
  const filters = {
    outbox: 'sent_at IS NULL',
    work: "state <> 'done'",
    self: '1 = 1',
    parked: '1 = 1',
    deadline: '1 = 1',
  };
  for (const [table, filter] of Object.entries(filters)) {
    const sql = `SELECT id FROM ${engineTable(ledger.app, table as keyof typeof filters)} WHERE ${filter} LIMIT 1`;
    if ((await database.reader.rows(sql)).length > 0) return true;
  }
  return false;
}

void main().then(() => process.stdout.write(String(steps)));
