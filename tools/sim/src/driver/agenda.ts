import type { WorkEffect } from '@millrace/kernel';
import type { Input } from '@millrace/scheduler/domain/input';
import type { Coming } from './calls';
import { EventQueue } from './event-queue';

export type Happening =
  | { readonly kind: 'outcome'; readonly call: string; readonly life: number; readonly coming: Coming }
  | { readonly kind: 'timer'; readonly key: string; readonly turn: number }
  | { readonly kind: 'message'; readonly inputs: readonly Input[]; readonly who: string };

/** Timers of looks at what here comes by itself: they never end, and find nothing unless something hangs. */
const polls: readonly string[] = ['builds', 'sources', 'watch'];
/** Timers that go on for ever. */
const endless: readonly string[] = ['reconcile', ...polls];
/** What the scheduler looks at every second or two is looked at every minute here. */
const slower = 60_000;

/** What is still to happen: inputs to itself, calls and their outcomes, timers, messages, and inputs that are parked. */
export class Agenda {
  /** Lives of the scheduler so far: what is on the way to an earlier one is void. */
  life = 0;
  readonly queue = new EventQueue<Happening>();
  calls = new Map<string, WorkEffect>();
  private selfs: Input[] = [];
  private nextSelf = 0;
  private called = new Set<string>();
  private timers = new Map<string, { readonly turn: number; readonly input: Input }>();
  private parked = new Map<string, Input[]>();
  private messages = 0;
  private turns = 0;

  /**
   * @param reconciles  timers that only look whether something was missed are kept, too
   * @param watches  so are those that look for what hangs
   */
  constructor(
    private readonly reconciles: boolean,
    private readonly watches: boolean,
  ) {}

  /** Everything that followed at once has been decided. */
  get isCaughtUp(): boolean {
    return this.nextSelf >= this.selfs.length;
  }

  /** Nothing is on its way any more but looks whether something was missed. */
  get isQuiet(): boolean {
    const waits = [...this.timers.keys()].some((key) => !endless.includes(key.split('/')[0]!));
    return this.isCaughtUp && this.calls.size === 0 && this.messages === 0 && !waits;
  }

  /** All of it as it is in the scheduler's database now: gives what puts it back. */
  copy(): () => void {
    const [calls, called, timers, parked] = [
      new Map(this.calls),
      new Set(this.called),
      new Map(this.timers),
      new Map(this.parked),
    ];
    const [selfs, queue, messages] = [this.selfs.slice(this.nextSelf), this.queue.copy(), this.messages];
    return () => {
      [this.calls, this.called] = [new Map(calls), new Set(called)];
      [this.timers, this.parked] = [new Map(timers), new Map(parked)];
      [this.selfs, this.nextSelf, this.messages] = [[...selfs], 0, messages];
      this.queue.putBack(queue);
    };
  }

  keepSelf(input: Input): void {
    this.selfs.push(input);
  }

  takeSelf(): Input | null {
    const self = this.selfs[this.nextSelf];
    if (self) {
      this.nextSelf++;
      return self;
    }
    this.selfs.length = this.nextSelf = 0;
    return null;
  }

  /** False: it was ordered before, and is made once. */
  keepCall(id: string, call: WorkEffect): boolean {
    if (this.called.has(id)) return false;
    this.called.add(id);
    this.calls.set(id, call);
    return true;
  }

  /** A later timer of the same key takes the place of an earlier one; `at: null` clears it. */
  keepTimer(key: string, at: string | null, input: Input): void {
    const [what] = key.split('/');
    const kept = what === 'reconcile' ? this.reconciles : this.watches && what !== 'sources';
    if (endless.includes(what!) && !kept) return;
    this.timers.delete(key);
    if (at === null) return;
    const turn = ++this.turns;
    this.timers.set(key, { turn, input });
    const later = what === 'builds' ? slower : 0;
    this.queue.put(Date.parse(at) + later, { kind: 'timer', key, turn });
  }

  /** What a timer has to say; null: it was set anew or cleared. */
  takeTimer(key: string, turn: number): Input | null {
    const timer = this.timers.get(key);
    if (timer?.turn !== turn) return null;
    this.timers.delete(key);
    return timer.input;
  }

  keepMessage(atMs: number, who: string, inputs: readonly Input[]): void {
    this.messages++;
    this.queue.put(atMs, { kind: 'message', inputs, who });
  }

  messageTaken(): void {
    this.messages--;
  }

  park(until: string, input: Input): void {
    this.parked.set(until, [...(this.parked.get(until) ?? []), input]);
  }

  appeared(token: string): void {
    this.selfs.push(...(this.parked.get(token) ?? []));
    this.parked.delete(token);
  }
}
