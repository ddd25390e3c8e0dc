import { events, releaseDefinition } from '@millrace/contracts';
import {
  isParked,
  isRefusal,
  moment,
  type BusEffect,
  type Effect,
  type Refusal,
  type WorkEffect,
} from '@millrace/kernel';
import { decide } from '../../domain/decide';
import type { ChangeToCheck, Input, LandedBuild } from '../../domain/input';
import type { CascadeRow, RebuildRow } from '../../domain/state';
import { load } from '../load';
import { MemoryStore } from './memory-store';
import { groupOf } from '../../domain/group-gate/rows';
import { partOf } from '../../domain/landing/part-gate';
import { definitionOf, groupVerdict, verdict, type Outside } from './outside';
import { perform } from './perform';

/**
 * The scheduler's decider with a small world around it: effects are performed at once or in any order, so that tests
 * can tell stories and properties can shuffle them. Nothing here waits: time passes only when a timer is all that is
 * left.
 */
export class World {
  readonly store = new MemoryStore();
  readonly said: BusEffect[] = [];
  readonly works = new Map<string, WorkEffect>();
  readonly selfs: Input[] = [];
  readonly submitted: { readonly component: string; readonly attempt: number; readonly pass: number }[] = [];
  /** Inputs that the world has for the scheduler. */
  readonly arriving: Input[] = [];
  readonly timers = new Map<string, { readonly at: string; readonly input: Input }>();
  /** Changes whose sources it wanted looked up. */
  readonly checked: ChangeToCheck[] = [];
  /** What places took of other cascades. */
  readonly followed: { readonly cascade: string; readonly builds: readonly LandedBuild[] }[] = [];
  /** How often the heads of all sources were to be read. */
  polled = 0;
  /** Builds that were seen running. */
  readonly looked = new Set<string>();
  private readonly done = new Set<string>();
  private clock = Date.parse('2026-01-01T00:00:00.000Z');
  private inputs = 0;

  constructor(readonly outside: Outside) {}

  get cascade(): CascadeRow {
    return [...this.store.rows.cascades.values()].sort((a, b) => a.number - b.number).pop()!;
  }

  rebuild(component: string, pass = 1): RebuildRow {
    const rows = [...this.store.rows.rebuilds.values()].filter((row) => row.cascade === this.cascade.id);
    return rows.find((row) => row.component === component && row.pass === pass)!;
  }

  states(): Record<string, string> {
    const rows = [...this.store.rows.rebuilds.values()].filter((row) => row.cascade === this.cascade.id);
    return Object.fromEntries(
      rows.map((row) => [row.pass === 1 ? row.component : `${row.component}#${row.pass}`, row.state]),
    );
  }

  events(name: string): BusEffect[] {
    return this.said.filter((one) => one.event === `millrace.scheduler.${name}.v1`);
  }

  async take(input: Input, who = 'test'): Promise<unknown> {
    const state = await load(this.store.read, input);
    this.clock += 1;
    const context = { at: moment(this.clock), id: `input-${++this.inputs}`, who };
    const decided = decide(state, input, context);
    if (isRefusal(decided)) return decided;
    if (isParked(decided)) return decided;
    this.store.apply(state, decided.state);
    for (const effect of decided.effects) this.keep(effect);
    return decided.reply;
  }

  /** Time passes, and nothing else. */
  wait(ms: number): void {
    this.clock += ms;
  }

  async refused(input: Input, who = 'test'): Promise<Refusal> {
    const reply = await this.take(input, who);
    if (!isRefusal(reply)) throw new Error('it was not refused');
    return reply;
  }

  async start(
    components: readonly string[] | 'all',
    kind: 'set' | 'commit' = 'set',
    commit?: string,
  ): Promise<unknown> {
    const definition = releaseDefinition.parse({ ...definitionOf(), ...this.outside.definition });
    await this.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    await this.take({ type: 'capacity.known', system: 'local-rpm', limit: definition.capacity });
    return this.change(components, kind, commit);
  }

  change(components: readonly string[] | 'all', kind: 'set' | 'commit' = 'commit', commit?: string): Promise<unknown> {
    const named = components === 'all' ? [] : components;
    return this.take({
      type: 'change.reported',
      release: 'mill',
      asked: true,
      change: {
        id: null,
        release: 'mill',
        kind,
        all: components === 'all',
        components: named.map((component) => ({
          component,
          source: commit ? { kind: 'git', url: `file:///git/${component}`, commit } : null,
          nvr: null,
        })),
        unknown: [],
        urgency: 'normal',
        by: 'ada',
        why: 'a test',
      },
    });
  }

  /** Performs everything that is left, in order or as `choose` says; timers fire when nothing else is left. */
  async settle(choose: (count: number) => number = () => 0, most = 20_000): Promise<void> {
    for (let n = 0; n < most; n++) {
      const moves = this.moves();
      if (moves.length === 0 && !this.fireTimer()) return;
      if (moves.length > 0) await moves[choose(moves.length)]!();
    }
    throw new Error('the world does not come to rest');
  }

  /** Performs everything that is left while no time passes. */
  async rest(most = 20_000): Promise<void> {
    for (let n = 0; n < most; n++) {
      const [next] = this.moves();
      if (!next) return;
      await next();
    }
    throw new Error('the world does not come to rest');
  }

  /** Time passes: timers that are due meanwhile fire, each at its time. */
  async pass(ms: number): Promise<void> {
    const until = this.clock + ms;
    for (;;) {
      const [key, timer] = [...this.timers].sort(([, a], [, b]) => (a.at < b.at ? -1 : 1))[0] ?? [];
      if (!key || !timer || Date.parse(timer.at) > until) break;
      this.timers.delete(key);
      this.clock = Math.max(this.clock, Date.parse(timer.at));
      await this.take(timer.input, 'scheduler');
    }
    this.clock = Math.max(this.clock, until);
  }

  private moves(): (() => Promise<void>)[] {
    const works = [...this.works.entries()]
      .filter(([, work]) => !this.stillRuns(work))
      .map(([id, work]) => async () => {
        this.works.delete(id);
        const input = await perform(this, work);
        if (input) await this.take(input, 'scheduler');
      });
    const arriving = this.arriving.map((input) => async () => {
      this.arriving.splice(this.arriving.indexOf(input), 1);
      await this.take(input, 'ci-bridge');
    });
    const self = this.selfs.length > 0 ? [async () => void (await this.take(this.selfs.shift()!, 'scheduler'))] : [];
    return [...self, ...works, ...arriving];
  }

  /** A build that runs is looked at once, and then waited for. */
  private stillRuns(work: WorkEffect): boolean {
    const { rebuild, build } = work.order as { rebuild: string; build: string };
    if (work.kind !== 'build.look') return false;
    const running = this.outside.running?.(this.store.rows.rebuilds.get(rebuild)!.component) ?? null;
    return running === 'submitted' || (running === 'building' && this.looked.has(build));
  }

  private fireTimer(): boolean {
    const [key, timer] = [...this.timers].sort(([, a], [, b]) => (a.at < b.at ? -1 : 1))[0] ?? [];
    if (!key || !timer) return false;
    this.timers.delete(key);
    this.clock = Math.max(this.clock, Date.parse(timer.at));
    this.selfs.push(timer.input);
    return true;
  }

  private keep(effect: Effect): void {
    if (effect.lane === 'bus') {
      events.get(effect.event)!.data.parse(effect.data);
      this.said.push(effect);
      if (effect.event === 'millrace.scheduler.verdict.wanted.v1') this.gate(effect.data as never);
    }
    if (effect.lane === 'input') this.selfs.push(effect.input as Input);
    if (effect.lane === 'work') this.keepWork(effect);
    if (effect.lane === 'deadline') this.keepTimer(effect.key, effect.at, effect.input as Input);
  }

  private keepWork(effect: WorkEffect): void {
    const id = `${effect.kind}|${effect.key}`;
    if (this.done.has(id)) return;
    this.done.add(id);
    if (effect.kind === 'change.check') this.checked.push(effect.order as ChangeToCheck);
    if (effect.kind === 'sources.poll') this.polled++;
    if (effect.kind !== 'sources.poll' && effect.kind !== 'builds.seen') this.works.set(id, effect);
  }

  /** Polling and reconciling never end; stories do without them. */
  private keepTimer(key: string, at: string | null, input: Input): void {
    if (['sources', 'builds', 'reconcile', 'watch'].includes(key.split('/')[0]!)) return;
    if (at === null) this.timers.delete(key);
    else this.timers.set(key, { at, input });
  }

  private gate(data: { build: string; component: string; subject: { id: string } }): void {
    // About a part that lands the story answers itself.
    if (partOf(data.build)) return;
    const group = groupOf(data.build);
    if (group) {
      const said = this.outside.group?.(group.tier) ?? 'passed';
      if (said !== 'silent') this.arriving.push(groupVerdict(data, said, 2));
      return;
    }
    const attempt = this.store.rows.builds.get(data.build)?.attempt ?? 1;
    const decision = this.outside.gate?.(data.component, attempt) ?? 'passed';
    if (decision !== 'silent') this.arriving.push(verdict(data.build, decision, 2));
  }
}
