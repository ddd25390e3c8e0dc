import type { Contents, Evidence } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import type { EndedBuild, SeenBuild } from '@millrace/scheduler/domain/input';
import type { BuildEnd } from './outside';

export const base = { number: 1, address: 'file:///base/1', place: 'base' };
export const side = { number: 1, address: 'file:///side/1', place: 'side' };

export interface Order {
  readonly key: string;
  readonly component: string;
  readonly cascade: string | null;
  readonly origin: 'cascade' | 'hand';
  readonly bootstrap: boolean;
  readonly end: BuildEnd;
  readonly ms: number;
  /** Milliseconds before a builder takes it. */
  readonly untakenMs?: number;
  /** Refs of the builds in its build root, with their components and names. */
  readonly inputs: Contents['inputs'];
}

interface FarmBuild extends Order {
  readonly ref: string;
  readonly nvr: string;
  readonly startedMs: number;
  endsMs: number;
  cancelled: boolean;
}

/** A build farm that forgets nothing: who submits twice under one key finds the first build. */
export class Farm {
  private readonly builds = new Map<string, FarmBuild>();
  /** Submissions that made a build, and those that found one. */
  made = 0;
  found = 0;

  /** Answers the build's reference. */
  submit(order: Order, nowMs: number): string {
    const ref = `b-${order.key}`;
    if (this.builds.has(ref)) {
      this.found++;
      return ref;
    }
    this.made++;
    // Every build has a name of its own.
    const nvr = `${order.component.slice(order.component.indexOf('/') + 1)}-1-${this.made}`;
    this.builds.set(ref, {
      ...order,
      ref,
      nvr,
      startedMs: nowMs,
      endsMs: nowMs + (order.untakenMs ?? 0) + order.ms,
      cancelled: false,
    });
    return ref;
  }

  /** When a build ends or has ended. */
  endOf(ref: string): number {
    return this.build(ref).endsMs;
  }

  /** How far a build has come. */
  phase(ref: string, nowMs: number): 'submitted' | 'building' | 'ended' {
    const { startedMs, untakenMs = 0, endsMs } = this.build(ref);
    if (endsMs <= nowMs) return 'ended';
    return startedMs + untakenMs > nowMs ? 'submitted' : 'building';
  }

  /** When it was submitted and taken by a builder, and the longest that a build of its component took so far. */
  times(ref: string): { readonly submittedMs: number; readonly takenMs: number; readonly longestMs: number } {
    const { component, startedMs, untakenMs = 0 } = this.build(ref);
    const same = [...this.builds.values()].filter((one) => one.component === component && one.ref !== ref);
    const longestMs = same.reduce((most, one) => Math.max(most, one.endsMs - one.startedMs), 0);
    return { submittedMs: startedMs, takenMs: startedMs + untakenMs, longestMs };
  }

  cancel(ref: string, nowMs: number): void {
    const build = this.build(ref);
    if (build.endsMs <= nowMs) return;
    build.cancelled = true;
    build.endsMs = nowMs;
  }

  /** Builds of people that have ended. */
  madeByHand(nowMs: number): readonly SeenBuild[] {
    const ended = [...this.builds.values()].filter((one) => one.origin === 'hand' && one.endsMs <= nowMs);
    return ended.map(({ ref }) => this.status(ref));
  }

  /** A build that has ended, with what it made. */
  ended(ref: string): EndedBuild {
    const build = this.build(ref);
    const complete = build.end === 'complete' && !build.cancelled;
    const contents = complete ? contentsOf(build) : null;
    return { status: this.status(ref), contents, evidence: complete ? null : evidenceOf(build), base: side };
  }

  status(ref: string): SeenBuild {
    const build = this.build(ref);
    const state = build.cancelled ? 'cancelled' : build.end === 'complete' ? 'complete' : 'failed';
    return {
      ref,
      component: build.component,
      origin: build.origin,
      cascade: build.cascade,
      state,
      nvr: build.nvr,
      bootstrap: build.bootstrap,
      startedAt: moment(build.startedMs),
      endedAt: moment(build.endsMs),
      repository: `file:///candidates/${ref}`,
      submittedBy: build.origin === 'hand' ? 'a maintainer' : null,
      source: null,
    };
  }

  private build(ref: string): FarmBuild {
    const build = this.builds.get(ref);
    if (!build) throw new Error(`the farm has no build ${ref}`);
    return build;
  }
}

function contentsOf(build: FarmBuild): Contents {
  const { component, nvr, ref, inputs } = build;
  return { component, nvr, build: ref, packages: [], buildRequires: [], inputs };
}

function evidenceOf({ end, cancelled }: FarmBuild): Evidence {
  const infrastructure = end === 'infrastructure';
  const summary = cancelled ? 'it was cancelled' : infrastructure ? 'the builder went away' : 'it does not compile';
  const of = { class: infrastructure ? ('infrastructure' as const) : ('compile' as const), stage: 'build', summary };
  return { ...of, tail: `${summary}\n`, logs: [], signature: end };
}
