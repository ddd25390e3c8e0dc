// Runs a command without a shell, in a process group of its own that never outlives the checks.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const endings = new Set();

/** Runs `argv`; answers its exit code and all its output. A command over its time is ended and counts as failed. */
export function command(argv, { minutes = 10, env = {}, onLine } = {}) {
  return new Promise((done) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: root,
      detached: true,
      env: { ...process.env, ...quiet, ...env },
    });
    const chunks = [];
    const take = (chunk) => {
      chunks.push(chunk);
      onLine?.(chunk.toString());
    };
    const end = () => endGroup(child.pid);
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\nended: it took longer than ${minutes} minutes\n`));
      end();
    }, minutes * 60_000);
    endings.add(end);
    child.stdin?.end();
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => chunks.push(Buffer.from(String(error))));
    child.on('close', (code) => {
      clearTimeout(timer);
      endings.delete(end);
      done({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** Something to be done before the checks end, whatever happens. */
export function atEnd(act) {
  endings.add(act);
}

export async function endAll() {
  for (const end of [...endings].reverse()) await end();
  endings.clear();
}

export function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}

const quiet = { NX_DAEMON: 'false', FORCE_COLOR: '0', NO_COLOR: '1' };

function endGroup(pid) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
