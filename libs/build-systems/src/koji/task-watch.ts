import type { Build, KojiHub, Task, TaskId } from '@millrace/koji';
import { hasEnded } from '@millrace/koji';
import type { HubFacts } from './hub-facts';

/** Ids in one call: getTaskInfo takes a list. */
const idsInCall = 500;
/** A hub where nothing moves is asked ever more seldom, down to this many times the usual pause. */
const slowest = 4;

/** A busy bus has many messages in a second: they share a look. */
const hintPauseMs = 500;

/** A task, and the build that it makes once the hub has a row for it. */
export interface WatchedTask {
  readonly task: Task;
  readonly build: Build | null;
}

/** Looks at any number of tasks for any number of askers in few calls: whoever asks waits for the next look at all. */
export interface TaskWatch {
  /** null: the hub knows no such task. */
  ask(id: TaskId): Promise<WatchedTask | null>;
  /** Something is said to have happened: the next look is now. */
  hint(): void;
  end(): void;
}

type Answer = WatchedTask | null;
interface Waiter {
  readonly done: (answer: Answer) => void;
  readonly failed: (thrown: unknown) => void;
}

export function taskWatch(hub: KojiHub, facts: HubFacts, pollMs: number): TaskWatch {
  return new Watch(hub, facts, pollMs);
}

class Watch implements TaskWatch {
  private waiting = new Map<TaskId, Waiter[]>();
  private readonly builds = new Map<TaskId, Build>();
  private readonly last = new Map<TaskId, Task['state']>();
  private lookedAt = 0;
  private factor = 1;
  private timer: NodeJS.Timeout | null = null;
  private due = 0;
  private looking = false;

  constructor(
    private readonly hub: KojiHub,
    private readonly facts: HubFacts,
    private readonly pollMs: number,
  ) {}

  ask(id: TaskId): Promise<Answer> {
    // What is new here need not wait: somebody has just submitted it, or looks at it once.
    if (!this.last.has(id)) this.factor = 1;
    return new Promise((done, failed) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), { done, failed }]);
      this.plan(this.last.has(id) ? this.pollMs * this.factor : Math.min(50, this.pollMs));
    });
  }

  hint(): void {
    this.factor = 1;
    this.plan(Math.min(hintPauseMs, this.pollMs));
  }

  end(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private plan(pauseMs: number): void {
    if (this.looking || this.waiting.size === 0) return;
    const due = Math.max(Date.now(), this.lookedAt + pauseMs);
    if (this.timer !== null && this.due <= due) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => void this.look(), due - Date.now());
  }

  private async look(): Promise<void> {
    this.timer = null;
    this.looking = true;
    const asked = this.waiting;
    this.waiting = new Map();
    try {
      const answers = await this.read([...asked.keys()]);
      for (const [id, waiters] of asked) waiters.forEach(({ done }) => done(answers.get(id) ?? null));
    } catch (thrown) {
      for (const waiters of asked.values()) waiters.forEach(({ failed }) => failed(thrown));
    } finally {
      this.looking = false;
      this.lookedAt = Date.now();
      this.plan(this.pollMs * this.factor);
    }
  }

  private async read(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, Answer>> {
    const tasks: (Task | null)[] = [];
    for (let at = 0; at < ids.length; at += idsInCall) {
      tasks.push(...(await this.hub.getTasks(ids.slice(at, at + idsInCall), true)));
    }
    const found = tasks.filter((task): task is Task => task !== null);
    await this.readBuilds(found);
    const moved = found.some((task) => this.last.get(task.id) !== task.state);
    this.factor = moved ? 1 : Math.min(slowest, this.factor * 2);
    for (const task of found) {
      if (hasEnded(task.state)) this.last.delete(task.id);
      else this.last.set(task.id, task.state);
    }
    const answers = found.map((task) => [task.id, { task, build: this.builds.get(task.id) ?? null }] as const);
    for (const task of found) if (hasEnded(task.state)) this.builds.delete(task.id);
    return new Map(answers);
  }

  /** Builds that have begun, all in one call; those of tasks that have ended as they are at the end. */
  private async readBuilds(tasks: readonly Task[]): Promise<void> {
    const ended = tasks.filter((task) => hasEnded(task.state)).map((task) => task.id);
    const answers = await this.hub.listBuildsOfMany(ended);
    ended.forEach((id, n) => {
      const answer = answers[n]!;
      if (!answer.ok) throw answer.fault;
      const build = answer.value.at(-1);
      if (build) this.builds.set(id, build);
    });
    const open = tasks.filter((task) => task.state === 'OPEN' && !this.builds.has(task.id));
    if (open.length === 0) return;
    const owners = [...new Set(open.flatMap((task) => task.owner ?? []))].slice(0, 5);
    for (const owner of owners) {
      for (const build of await this.hub.listBuildsRunning(owner))
        if (build.task_id) this.builds.set(build.task_id, build);
    }
    // A builder that died takes its build along: what is free again has none.
    for (const task of tasks) if (task.state === 'FREE') this.builds.delete(task.id);
  }
}
