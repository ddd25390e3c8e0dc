import type { RebuildKey } from '@millrace/contracts';
import { isParked, isRefusal, moment, type Effect, type Refusal, type WorkEffect } from '@millrace/kernel';
import { decide } from '@millrace/scheduler/domain/decide';
import type { Input } from '@millrace/scheduler/domain/input';
import type { CascadeRow, RebuildRow, State } from '@millrace/scheduler/domain/state';
import { load } from '@millrace/scheduler/store/load';
import { seeded, type Random } from '../random';
import { answerTo, type Coming } from './calls';
import { EventQueue } from './event-queue';
import { Farm } from './farm';
import { verdictOn, type Verdict } from './gate';
import { MemoryStore } from './memory-store';
import { farm, release, type Outside } from './outside';
import { fixesOf } from './people';

/** Virtual time begins here. */
export const epochMs = Date.UTC(2026, 0, 1);

/** Timers of looks at what here comes by itself: they never end, and find nothing. */
const polls: readonly string[] = ['builds', 'sources', 'watch'];

type Happening =
  | { readonly kind: 'outcome'; readonly call: string; readonly life: number; readonly coming: Coming }
  | { readonly kind: 'timer'; readonly key: string; readonly turn: number }
  | { readonly kind: 'message'; readonly inputs: readonly Input[]; readonly who: string };

export interface Taken {
  readonly input: Input;
  readonly who: string;
  readonly atMs: number;
  readonly effects: readonly Effect[];
  readonly refusal: Refusal | null;
  /** The rows that it touched, as they were and as they are; the same when it was refused. */
  readonly before: State;
  readonly after: State;
}

export interface Watching {
  /** After each decision. */
  readonly taken?: (taken: Taken) => void;
  /** Before the farm is given a rebuild. */
  readonly submitted?: (row: RebuildRow) => void;
  /** Timers that only look whether something was missed; without losses they find nothing. */
  readonly reconciles?: boolean;
}

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
  private readonly queue = new EventQueue<Happening>();
  private readonly selfs: Input[] = [];
  private nextSelf = 0;
  private readonly calls = new Map<string, WorkEffect>();
  private readonly called = new Set<string>();
  private readonly timers = new Map<string, { readonly turn: number; readonly input: Input }>();
  private readonly parked = new Map<string, Input[]>();
  private messages = 0;
  private turns = 0;
  private life = 0;

  constructor(
    readonly outside: Outside,
    seed: number,
    readonly watching: Watching = {},
  ) {
    this.random = seeded(seed);
  }

  /** When the next thing happens, in virtual milliseconds; null: nothing does. */
  get nextMs(): number | null {
    return this.selfs[this.nextSelf] ? this.nowMs : this.queue.next;
  }

  /** Everything that followed at once has been decided. */
  get isCaughtUp(): boolean {
    return this.nextSelf >= this.selfs.length;
  }

  /** A cascade has work to do: it is being planned, or it runs. */
  get isRunning(): boolean {
    return [...this.store.tables.cascades.rows.values()].some(
      (row) => row.state === 'planning' || row.state === 'running',
    );
  }

  /** Nothing is on its way any more but looks whether something was missed. */
  get isQuiet(): boolean {
    const waits = [...this.timers.keys()].some((key) => !key.startsWith('reconcile/'));
    return this.isCaughtUp && this.calls.size === 0 && this.messages === 0 && !waits;
  }

  get cascade(): CascadeRow | null {
    const rows = [...this.store.tables.cascades.rows.values()];
    return rows.reduce<CascadeRow | null>((last, row) => (last && last.number > row.number ? last : row), null);
  }

  /** Tells the scheduler of the release and the farm. */
  async open(): Promise<void> {
    await this.take({ type: 'release.apply', release, definition: this.outside.definition, why: '' });
    await this.take({ type: 'capacity.known', system: farm, limit: this.outside.builders });
  }

  /** One decision, and what follows from it at once is left to {@link step}. */
  async take(input: Input, who = 'sim'): Promise<Refusal | unknown> {
    const state = await load(this.store.read, input);
    const context = { at: moment(this.nowMs), id: `input-${++this.decisions}`, who };
    const decided = decide(state, input, context);
    if (isParked(decided)) {
      this.parked.set(decided.until, [...(this.parked.get(decided.until) ?? []), input]);
      return null;
    }
    const refusal = isRefusal(decided) ? decided : null;
    const effects = isRefusal(decided) ? [] : decided.effects;
    if (!isRefusal(decided)) {
      this.store.apply(state, decided.state);
      for (const token of decided.appeared ?? []) {
        this.selfs.push(...(this.parked.get(token) ?? []));
        this.parked.delete(token);
      }
      for (const effect of effects) this.keep(effect);
    }
    const after = isRefusal(decided) ? state : decided.state;
    this.watching.taken?.({ input, who, atMs: this.nowMs, effects, refusal, before: state, after });
    return refusal ?? (decided as { reply?: unknown }).reply ?? null;
  }

  /** Something reaches the scheduler from outside after a while. */
  send(afterMs: number, who: string, ...inputs: readonly Input[]): void {
    this.messages++;
    this.queue.put(this.nowMs + afterMs, { kind: 'message', inputs, who });
  }

  /** The next thing happens. False: nothing is left to happen. */
  async step(): Promise<boolean> {
    const self = this.selfs[this.nextSelf];
    if (self) {
      this.nextSelf++;
      await this.take(self, 'scheduler');
      return true;
    }
    this.selfs.length = this.nextSelf = 0;
    const next = this.queue.take();
    if (!next) return false;
    this.nowMs = Math.max(this.nowMs, next.at);
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
    this.life++;
    for (const table of Object.values(this.store.tables)) table.reread();
    for (const [id, call] of this.calls) this.perform(id, call);
  }

  onSubmit(row: RebuildRow): void {
    this.watching.submitted?.(row);
  }

  private async happen(one: Happening): Promise<void> {
    switch (one.kind) {
      case 'outcome': {
        if (one.life !== this.life) return;
        const [input, ...rest] = one.coming.inputs();
        // What a call brings in several parts comes one after another, and what follows from each comes between.
        if (rest.length > 0) this.queue.put(this.nowMs, { ...one, coming: { ...one.coming, inputs: () => rest } });
        else this.calls.delete(one.call);
        if (input) await this.take(input, 'scheduler');
        return;
      }
      case 'timer': {
        const timer = this.timers.get(one.key);
        if (timer?.turn !== one.turn) return;
        this.timers.delete(one.key);
        await this.take(timer.input, 'scheduler');
        return;
      }
      case 'message':
        this.messages--;
        for (const input of one.inputs) await this.take(input, one.who);
    }
  }

  private keep(effect: Effect): void {
    switch (effect.lane) {
      case 'input':
        this.selfs.push(effect.input as Input);
        return;
      case 'work':
        this.keepCall(effect);
        return;
      case 'deadline':
        this.keepTimer(effect.key, effect.at, effect.input as Input);
        return;
      case 'bus':
        this.hear(effect.event, effect.data);
    }
  }

  private keepCall(call: WorkEffect): void {
    const id = `${call.kind} ${call.key}`;
    if (this.called.has(id)) return;
    this.called.add(id);
    this.calls.set(id, call);
    this.perform(id, call);
  }

  private perform(id: string, call: WorkEffect): void {
    const coming = answerTo(this, call);
    if (coming === null) {
      this.calls.delete(id);
      return;
    }
    const notBefore = call.notBefore === undefined ? 0 : Date.parse(call.notBefore);
    const at = Math.max(coming.atMs, notBefore);
    this.queue.put(at, { kind: 'outcome', call: id, life: this.life, coming });
  }

  private keepTimer(key: string, at: string | null, input: Input): void {
    const [what] = key.split('/');
    if (polls.includes(what!)) return;
    if (what === 'reconcile' && !this.watching.reconciles) return;
    this.timers.delete(key);
    if (at === null) return;
    const turn = ++this.turns;
    this.timers.set(key, { turn, input });
    this.queue.put(Date.parse(at), { kind: 'timer', key, turn });
  }

  /** Who listens to the scheduler: CI, and the people. */
  private hear(event: string, data: unknown): void {
    if (event.startsWith('millrace.scheduler.verdict.wanted.')) verdictOn(this, data as Verdict);
    if (event.startsWith('millrace.scheduler.rebuild.failed.')) fixesOf(this, data as RebuildKey);
    if (event.startsWith('millrace.scheduler.rebuild.rejected.')) fixesOf(this, data as RebuildKey);
  }
}
