import { startTestNats } from '@millrace/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { killChild, nextMessage } from './child-process';
import { layScene, release, type Scene } from './landing-scene';
import type { LandingAsk, LandingReport } from './landing-subject';
import { mulberry } from './web';

const usage = `npm run crash:landing -- [--seeds N] [--from N] [--kills N] [--builds N]

Lands a cascade of 200 builds in a Koji hub, and kills the scheduler with SIGKILL at random points of it: N times (4)
for each of N seeds (5). In every other seed a person untags a build, or blocks its package, at another random point;
in every fifth somebody aborts the landing right before it is killed. In the end all builds are in the release's tag and final, each tagged once, or none is there.
`;

/** Seeds that are tried at one time. */
const atOnce = 2;

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '5' },
      from: { type: 'string', default: '1' },
      kills: { type: 'string', default: '4' },
      builds: { type: 'string', default: '200' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => Number(values.from) + n);
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const told = await tryOut(seed, Number(values.kills), Number(values.builds)).catch((thrown: unknown) => ({
        problem: String(thrown),
        words: '',
      }));
      process.stdout.write(`seed ${seed}: ${told.problem ?? 'well'} ${told.words}\n`);
      if (told.problem !== null) failed++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  process.exitCode = failed === 0 ? 0 : 1;
}

/** What is wrong at the end (null: nothing), and how it went. */
async function tryOut(seed: number, kills: number, count: number): Promise<{ problem: string | null; words: string }> {
  const folder = mkdtempSync(join(tmpdir(), `millrace-landing-${seed}-`));
  const nats = await startTestNats();
  const scene = await layScene(folder, count);
  const subject = new Subject(scene, join(folder, 'data'), nats.url);
  const random = mulberry(seed);
  try {
    await subject.start();
    subject.tell({ kind: 'land' });
    const disturbed = seed % 2 === 0;
    const first = disturbed ? Math.floor(random() * count) : null;
    const points = Array.from({ length: kills }, () => Math.floor(random() * count * (disturbed ? 1.5 : 2)));
    const killed: number[] = [];
    if (first !== null) void interfereAt(scene, first, random());
    const aborted = seed % 5 === 0;
    for (const point of points.sort((a, b) => a - b)) {
      if (!(await reached(scene, subject, point))) break;
      if (aborted) subject.tell({ kind: 'abort' });
      killed.push(actsIn(scene));
      await subject.kill();
      await subject.start();
    }
    // The kill may have come before it was heard: asked again it is the same wish.
    if (aborted) subject.tell({ kind: 'abort' });
    const end = await subject.untilOver();
    const words = `(${end.state}${aborted ? ', aborted' : ''}; killed ${killed.length} times, after ${killed.join(', ') || '-'} acts of the hub)`;
    return { problem: wrong(scene, end, disturbed || aborted), words };
  } finally {
    await subject.kill();
    await scene.hub.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the hub was told to do to the release so far: builds put in, made final, and taken out. */
function actsIn({ hub, builds }: Scene): number {
  const { id: tag } = hub.state.tags.find((one) => one.name === release)!;
  const rows = hub.state.taggings.filter((row) => row.tag_id === tag);
  const drafts = hub.state.builds.filter((build) => build.draft).length;
  return rows.length + rows.filter((row) => row.revoke_event !== null).length + builds.length - drafts;
}

/** Waits until the hub has come so far; false: the landing was over before. */
async function reached(scene: Scene, subject: Subject, point: number): Promise<boolean> {
  for (let n = 1; actsIn(scene) < point; n++) {
    await sleep(2);
    if (n % 100 === 0 && isOver(await subject.report())) return false;
  }
  return !isOver(await subject.report());
}

function isOver({ state, landed }: LandingReport): boolean {
  return state === 'refused' || (state === 'landed' && landed);
}

async function interfereAt(scene: Scene, point: number, drawn: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; actsIn(scene) < point && Date.now() < deadline;) await sleep(2);
  interfere(scene, drawn);
}

/** A person at the worst moment: takes a validated build away, or blocks its package. */
function interfere({ hub, builds, place }: Scene, drawn: number): void {
  const one = builds[Math.floor(drawn * builds.length)]!;
  if (drawn < 0.5) return hub.control.blockPackage(release, one.name);
  const side = hub.state.tags.find((tag) => tag.name === place);
  const row = hub.state.taggings.find((t) => t.tag_id === side?.id && t.build_id === one.build && !t.revoke_event);
  if (row) Object.assign(row, { revoke_event: ++hub.state.lastEvent, revoker: 'bob' });
}

function wrong({ hub, builds }: Scene, { state, landed, problem }: LandingReport, disturbed: boolean): string | null {
  const { id: tag } = hub.state.tags.find((one) => one.name === release)!;
  const there = hub.state.taggings.filter((row) => row.tag_id === tag && row.revoke_event === null);
  if (state === 'refused') {
    if (!disturbed) return `it was refused: ${problem ?? ''}`;
    return there.length === 0 ? null : `refused, and ${there.length} builds are in the release`;
  }
  if (state !== 'landed' || !landed) return `it is ${state}: ${problem ?? ''}`;
  if (there.length !== builds.length) return `landed, and ${there.length} of ${builds.length} builds are there`;
  const ever = hub.state.taggings.filter((row) => row.tag_id === tag).length;
  if (!disturbed && ever !== builds.length) return `${ever} times something was tagged for ${builds.length} builds`;
  const drafts = hub.state.builds.filter((build) => build.draft).length;
  return drafts === 0 ? null : `${drafts} builds are drafts still`;
}

/** The scheduler's process. */
class Subject {
  private child: ChildProcess | null = null;

  constructor(
    private readonly scene: Scene,
    private readonly data: string,
    private readonly natsUrl: string,
  ) {}

  async start(): Promise<void> {
    const env = {
      ...process.env,
      MILLRACE_DATA: this.data,
      MILLRACE_NATS_URL: this.natsUrl,
      MILLRACE_SCHEDULER_PORT: '0',
      MILLRACE_LOG_LEVEL: 'error',
    };
    this.child = fork(join(__dirname, 'landing-subject.js'), [JSON.stringify(this.scene.settings)], { env });
    await nextMessage(this.child!, 'ready');
  }

  tell(ask: LandingAsk): void {
    this.child!.send(ask);
  }

  async report(): Promise<LandingReport> {
    const answer = nextMessage(this.child!, 'report');
    this.tell({ kind: 'report' });
    return ((await answer) as { report: LandingReport }).report;
  }

  async untilOver(): Promise<LandingReport> {
    for (const deadline = Date.now() + 90_000; ;) {
      const report = await this.report();
      if (isOver(report) || Date.now() > deadline) return report;
      await sleep(50);
    }
  }

  async kill(): Promise<void> {
    if (this.child) await killChild(this.child);
  }
}
