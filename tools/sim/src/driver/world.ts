import type { RebuildKey } from '@millrace/contracts';
import { isParked, isRefusal, moment, type Effect, type WorkEffect } from '@millrace/kernel';
import { decide } from '@millrace/scheduler/domain/decide';
import type { Input } from '@millrace/scheduler/domain/input';
import type { CascadeRow, RebuildRow } from '@millrace/scheduler/domain/state';
import { load } from '@millrace/scheduler/store/load';
import { seeded, type Random } from '../random';
import { Agenda, type Happening } from './agenda';
import { answerTo } from './calls';
import { Farm } from './farm';
import { verdictOn, type Verdict } from './gate';
import { MemoryStore } from './memory-store';
import { farm, release, type Outside } from './outside';
import { fixesOf } from './people';
import type { Watching } from './watching';

/** Virtual time begins here. */
export const epochMs = Date.UTC(2026, 0, 1);

export type { Taken, Watching } from './watching';

/**
 * The scheduler's decider in a world of its own: rows in memory, calls that take virtual time, a farm, gates and people.
 * The same outside and seed give the same story, to the last decision.
 */
export class World {
  readonly store = new MemoryStore();
  readonly farm = new Farm();
  readonly random: Random;
  nowMs = epochMs;
  decisions = 0;
  private readonly agenda: Agenda;

  constructor(
    readonly outside: Outside,
    seed: number,
    readonly watching: Watching = {},
  ) {
    this.random = seeded(seed);
    this.agenda = new Agenda(watching.reconciles ?? false, watching.watches ?? false);
  }

  /** When the next thing happens, in virtual milliseconds; null: nothing does. */
  get nextMs(): number | null {
    return this.agenda.isCaughtUp ? this.agenda.queue.next : this.nowMs;
  }

  get isCaughtUp(): boolean {
    return this.agenda.isCaughtUp;
  }

  get isQuiet(): boolean {
    return this.agenda.isQuiet;
  }

  /** A cascade has work to do: it is being planned, or it runs. */
  get isRunning(): boolean {
    const cascades = [...this.store.tables.cascades.rows.values()];
    return cascades.some((row) => row.state === 'planning' || row.state === 'running');
  }

  /** The newest. */
  get cascade(): CascadeRow | null {
    const rows = [...this.store.tables.cascades.rows.values()];
    return rows.reduce<CascadeRow | null>((last, row) => (last && last.number > row.number ? last : row), null);
  }

  /** Tells the scheduler of the release and the farm. */
  async open(): Promise<void> {
    await this.take({ type: 'release.apply', release, definition: this.outside.definition, why: '' });
    await this.take({ type: 'capacity.known', system: farm, limit: this.outside.builders });
  }

  /** One decision, answered with its reply or refusal; what follows from it at once is left to {@link step}. */
  async take(input: Input, who = 'sim'): Promise<unknown> {
    const before = await load(this.store.read, input);
    const decided = (this.watching.decide ?? decide)(before, input, {
      at: moment(this.nowMs),
      id: `input-${++this.decisions}`,
      who,
    });
    const taken = { input, who, atMs: this.nowMs, before };
    if (isParked(decided)) {
      this.agenda.park(decided.until, input);
      this.watching.taken?.({ ...taken, effects: [], refusal: null, after: before });
      return null;
    }
    if (isRefusal(decided)) {
      this.watching.taken?.({ ...taken, effects: [], refusal: decided, after: before });
      return decided;
    }
    this.store.apply(before, decided.state);
    for (const token of decided.appeared ?? []) this.agenda.appeared(token);
    for (const effect of decided.effects) this.keep(effect);
    this.watching.taken?.({ ...taken, effects: decided.effects, refusal: null, after: decided.state });
    return decided.reply ?? null;
  }

  /** Something reaches the scheduler from outside after a while. */
  send(afterMs: number, who: string, ...inputs: readonly Input[]): void {
    this.agenda.keepMessage(this.nowMs + afterMs, who, inputs);
  }

  /** The next thing happens. False: nothing is left to happen. */
  async step(): Promise<boolean> {
    const self = this.agenda.takeSelf();
    if (self) {
      await this.take(self, 'scheduler');
      return true;
    }
    const next = this.agenda.queue.take();
    if (!next) return false;
    this.passTo(next.at);
    await this.happen(next.value);
    return true;
  }

  /** Time passes in which nothing happens. */
  passTo(atMs: number): void {
    this.nowMs = Math.max(this.nowMs, atMs);
  }

  /** Goes on until this holds, or nothing is left to happen. */
  async run(until: (world: World) => boolean): Promise<void> {
    while (!until(this) && (await this.step()));
  }

  /** The scheduler dies and comes back: its rows are read anew, its calls are made again, what was on the way is void. */
  crash(): void {
    this.agenda.life++;
    for (const table of Object.values(this.store.tables)) table.reread();
    for (const [id, call] of this.agenda.calls) this.perform(id, call);
  }

  /** A backup of the scheduler's database: gives what sets it back to now while the rest went on. */
  backup(): () => void {
    const [rows, agenda] = [this.store.copy(), this.agenda.copy()];
    return () => {
      rows();
      agenda();
      this.crash();
      // Whoever reads the list of builds from an old place on sees all that was made by hand since.
      const builds = this.farm.madeByHand(this.nowMs);
      this.send(0, farm, { type: 'builds.seen', release, system: farm, builds, cursor: null, problem: null });
    };
  }

  onSubmit(row: RebuildRow): void {
    this.watching.submitted?.(row);
  }

  private async happen(one: Happening): Promise<void> {
    switch (one.kind) {
      case 'outcome': {
        if (one.life !== this.agenda.life) return;
        const [input, ...rest] = one.coming.inputs();
        // What a call brings in several parts comes one after another, and what follows from each comes between.
        const left = { ...one, coming: { ...one.coming, inputs: () => rest } };
        if (rest.length > 0) this.agenda.queue.put(this.nowMs, left);
        else this.agenda.calls.delete(one.call);
        if (input) await this.take(input, 'scheduler');
        return;
      }
      case 'timer': {
        const input = this.agenda.takeTimer(one.key, one.turn);
        if (input) await this.take(input, 'scheduler');
        return;
      }
      case 'message':
        this.agenda.messageTaken();
        for (const input of one.inputs) await this.take(input, one.who);
    }
  }

  private keep(effect: Effect): void {
    switch (effect.lane) {
      case 'input':
        return this.agenda.keepSelf(effect.input as Input);
      case 'work': {
        const id = `${effect.kind} ${effect.key}`;
        if (this.agenda.keepCall(id, effect)) this.perform(id, effect);
        return;
      }
      case 'deadline':
        return this.agenda.keepTimer(effect.key, effect.at, effect.input as Input);
      case 'bus':
        this.hear(effect.event, effect.data);
    }
  }

  private perform(id: string, call: WorkEffect): void {
    const coming = answerTo(this, call);
    if (coming === null) return void this.agenda.calls.delete(id);
    const at = Math.max(coming.atMs, call.notBefore === undefined ? 0 : Date.parse(call.notBefore));
    this.agenda.queue.put(at, { kind: 'outcome', call: id, life: this.agenda.life, coming });
  }

  /** Who listens to the scheduler: CI, and the people. */
  private hear(event: string, data: unknown): void {
    if (event.startsWith('millrace.scheduler.verdict.wanted.')) verdictOn(this, data as Verdict);
    if (event.startsWith('millrace.scheduler.rebuild.failed.')) fixesOf(this, data as RebuildKey);
    if (event.startsWith('millrace.scheduler.rebuild.rejected.')) fixesOf(this, data as RebuildKey);
  }
}
