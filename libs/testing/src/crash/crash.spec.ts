import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, readersOn } from '@millrace/store';
import { ledger, ledgerTables } from '../ledger';

const program = join(__dirname, '../../dist/crash/ledger-process.js');

function run(dir: string, killAt: number): Promise<{ killed: boolean; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, dir, String(killAt)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    child.once('close', (_, signal) => resolve({ killed: signal === 'SIGKILL', out, err }));
  });
}

const lines = (dir: string, name: string): string[] =>
  readFileSync(join(dir, name), 'utf8').split('\n').filter(Boolean);

/** Everything happened, and happened once. */
async function expectExact(dir: string): Promise<void> {
  const database = await Database.open(`sqlite:${join(dir, 'ledger.sqlite')}`);
  try {
    const accounts = readersOn(database.reader, ledger.app, ledgerTables).accounts;
    expect((await accounts.get('a'))?.balance).toBe(1101);
    expect((await accounts.get('b'))?.balance).toBe(111);
    const outbox = await database.reader.rows<{ id: string }>('SELECT id FROM harvester_outbox ORDER BY id');
    expect(lines(dir, 'bus').sort()).toEqual(outbox.map(({ id }) => id));
    expect(outbox).toHaveLength(2);
    expect(lines(dir, 'payments').sort()).toEqual(['p1', 'p2']);
  } finally {
    await database.close();
  }
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe('an engine that is killed', () => {
  it('is built: this test runs the compiled program', () => {
    if (!existsSync(program)) throw new Error(`${program} is missing: run \`npm run build\` first`);
  });

  it('at any step, and started again, loses nothing and does nothing twice', async () => {
    const whole = await inFolder(async (dir) => {
      const { out, err } = await run(dir, 0);
      expect(err).toBe('');
      await expectExact(dir);
      return Number(out);
    });
    expect(whole).toBeGreaterThan(60);
    const pending = Array.from({ length: whole }, (_, n) => n + 1);
    let kills = 0;
    const worker = async (): Promise<void> => {
      for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
        await inFolder(async (dir) => {
          if ((await run(dir, at)).killed) kills++;
          expect(await run(dir, 0)).toMatchObject({ killed: false, err: '' });
          await expectExact(dir);
        });
      }
    };
    await Promise.all([worker(), worker()]);
    // The last steps vary by a few with timing; all others must really have killed.
    expect(kills).toBeGreaterThan(whole * 0.8);
  }, 900_000);
});
