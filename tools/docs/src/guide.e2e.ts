import { apps } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandsOf, stepsOf, type Step } from './steps';

const root = resolve(__dirname, '../../..');
const guide = readFileSync(join(root, 'docs/guide-integrate.md'), 'utf8');
const cascadeMs = 240_000;

describe('the guide for other teams', () => {
  let folder: string;
  let portBase: number;
  const children: ChildProcess[] = [];
  const words = new Map<ChildProcess, string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-guide-'));
    portBase = await freePortBase();
  });
  afterAll(async () => {
    for (const child of children.reverse()) await ended(child);
    rmSync(folder, { recursive: true, force: true });
  });

  test('leads from nothing to the end of a cascade, with a plain client', async () => {
    const steps = stepsOf(guide);
    expect(steps.map(({ how }) => how)).toEqual(['run', 'stays up', 'run', 'ends later', 'run', 'after the end']);
    let waited: ChildProcess | null = null;
    let last = '';
    for (const step of steps) {
      if (step.how === 'stays up') await up(step);
      else if (step.how === 'ends later') waited = await listening(step);
      else {
        if (step.how === 'after the end') await exited(waited!);
        last = run(step);
      }
    }
    expect(words.get(waited!)).toContain('millrace.scheduler.cascade.completed.v1');
    const event = JSON.parse(
      words
        .get(waited!)!
        .split('\n')
        .find((line) => line.startsWith('{'))!,
    ) as {
      data: { release: string; counts: Record<string, number> };
    };
    expect(event.data).toMatchObject({ release: 'guide', counts: { validated: 2 } });
    expect(last).toContain('rpm/steelyard');
  }, 400_000);

  test('tells the truth about the guest: it may publish nothing but into the inlet', () => {
    const forged = "nats pub millrace.scheduler.cascade.completed.v1.guide.rpm '{}'\nsleep 1";
    const result = shell(forged);
    expect(`${result.status} ${result.stderr}`).toMatch(/^1 permissions.violation/i);
  });

  async function up(step: Step): Promise<void> {
    const child = start(step);
    const ports = apps.map((_, index) => portBase + index + 1);
    const ready = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`line ${step.line} ended:\n${words.get(child)}`);
      const answers = await Promise.all(ports.map((port) => status(`http://127.0.0.1:${port}/readyz`)));
      if (!answers.every((answer) => answer === 200)) return false;
      const releases = await fetch(`http://127.0.0.1:${portBase + 2}/api/v1/releases`).then((response) =>
        response.text(),
      );
      return releases.includes('"guide"');
    };
    await eventually(ready, 'five services are ready and know the release', 90_000);
  }

  async function listening(step: Step): Promise<ChildProcess> {
    const child = start(step);
    await eventually(() => words.get(child)!.includes('subscribed'), 'the plain client listens', 20_000);
    return child;
  }

  async function exited(child: ChildProcess): Promise<void> {
    await eventually(() => child.exitCode !== null, 'the end of the cascade is heard', cascadeMs);
    expect(child.exitCode).toBe(0);
  }

  function run(step: Step): string {
    const result = shell(step.script);
    if (result.status !== 0) throw new Error(`line ${step.line}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  function shell(script: string): { status: number | null; stdout: string; stderr: string } {
    return spawnSync('bash', ['--norc', '-eu', '-c', withMemory(script)], {
      cwd: root,
      env: environment(),
      encoding: 'utf8',
      timeout: 120_000,
    });
  }

  function start(step: Step): ChildProcess {
    const child = spawn('bash', ['--norc', '-eu', '-c', `${remembered()}\n${step.script}`], {
      cwd: root,
      env: environment(),
      detached: true,
    });
    children.push(child);
    words.set(child, '');
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => words.set(child, words.get(child)! + String(chunk)));
    }
    return child;
  }

  /** What a reader's terminal remembers from block to block. */
  function remembered(): string {
    return `[ ! -f '${folder}/exports' ] || . '${folder}/exports'`;
  }
  function withMemory(script: string): string {
    return `${remembered()}\n${script}\nexport -p > '${folder}/exports'`;
  }
  function environment(): NodeJS.ProcessEnv {
    const path = `${join(root, 'tools/docs/plain-client')}:${process.env.PATH}`;
    return {
      ...process.env,
      PATH: path,
      GUIDE: join(folder, 'guide'),
      MILLRACE_PORT_BASE: String(portBase),
      NO_COLOR: '1',
    };
  }
});

describe('commands that the pages name', () => {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const named = [...new Set(pages.flatMap((page) => commandsOf(readFileSync(join(root, page), 'utf8'))))];

  test.each(named)('millrace %s is there and has help', (command) => {
    const argv = ['millrace', ...command.split(' '), '--help'];
    const result = spawnSync(join(root, 'node_modules/.bin', argv[0]!), argv.slice(1), {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(result.stdout).toContain(`millrace ${command}`);
  });
});

async function status(url: string): Promise<number> {
  return fetch(url).then(
    (response) => response.status,
    () => 0,
  );
}

/** Ends a block's process with all that it started, as Ctrl-C in its terminal would. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  process.kill(-child.pid!, 'SIGINT');
  const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
}

/** Below the range that the system gives out by itself (from 32768 on Linux): what is free now stays free. */
async function freePortBase(): Promise<number> {
  for (let base = 25_000 + (process.pid % 700) * 10; ; base += 10) {
    const free = await Promise.all([0, 1, 2, 3, 4, 5].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
      .once('error', () => done(false))
      .listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
