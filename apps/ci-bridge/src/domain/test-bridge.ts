import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import {
  isParked,
  isRefusal,
  type BusEffect,
  type DeadlineEffect,
  type Decision,
  type Effect,
  type Moment,
} from '@millrace/kernel';
import { decide } from './decide';
import type { Input, ResultDraft, VerdictWanted } from './input';
import { emptyState, type State, type VerdictRow } from './state';
import { parseSpan } from './stamp';

export const at: Moment = '2026-01-31T09:30:00.000Z';
export const nvr = 'libmill-1.0-1.mr2';

export function release(gates: readonly object[]): ReleaseDefinition {
  return releaseDefinition.parse({
    release: 'minidistro',
    title: 'The example distribution',
    product_version: 'minidistro-1',
    build_systems: { rpm: 'local-rpm' },
    sources: { rpm: { git: 'file:///srv/dist-git/rpms' } },
    gates,
    people: { ada: { mail: 'ada@example.org' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
  });
}

export const twoTests = release([
  {
    id: 'rpms',
    rules: [
      { test: 'ci.install.functional', deadline: '10m' },
      { test: 'ci.run.functional', deadline: '30m' },
    ],
  },
]);

export function defined(definition: ReleaseDefinition = twoTests, revision = 1): Input {
  return { type: 'release-changed', release: { name: definition.release, revision, definition } };
}

export function wanted(changes: Partial<VerdictWanted> = {}): Input {
  return {
    type: 'verdict-wanted',
    wanted: {
      subject: { type: 'koji_build', id: nvr, aliases: [] },
      release: 'minidistro',
      product_version: 'minidistro-1',
      decision_context: 'millrace_rebuild',
      component: 'rpm/libmill',
      build: 'b-2',
      repository: 'file:///srv/millrace/candidates/b-2',
      group: null,
      cascade: 'c-1',
      since: '2026-01-31T09:29:00.000Z',
      ...changes,
    },
  };
}

let drafts = 0;

export interface Reported {
  readonly test?: string;
  readonly outcome?: string;
  readonly when?: string;
  readonly source?: string;
  readonly note?: string;
  readonly data?: Record<string, readonly string[]>;
}

export function result(given: Reported = {}): Extract<Input, { type: 'result-reported' }> {
  const draft: ResultDraft = {
    source: given.source ?? `test:${++drafts}`,
    testcase: { name: given.test ?? 'ci.install.functional' },
    outcome: given.outcome ?? 'PASSED',
    ref_url: 'https://ci.example.org/runs/1',
    note: given.note ?? null,
    groups: [],
    data: { item: [nvr], type: ['koji_build'], ...given.data },
    submit_time: null,
    occurred: parseSpan(given.when ?? '2026-01-31T09:29:30Z'),
    release: 'minidistro',
  };
  return { type: 'result-reported', draft };
}

/** Runs the pure decider over inputs, one after another; parked ones are decided again when their thing appears. */
export class Bridge {
  state: State = emptyState;
  readonly effects: Effect[] = [];
  private parked: { readonly until: string; readonly input: Input }[] = [];
  private inputs = 0;

  constructor(public now: Moment = at) {}

  take(...inputs: readonly Input[]): this {
    for (const input of inputs) this.decided(input);
    return this;
  }

  /** One input, and what came of it; throws when it was refused or parked. */
  decided(input: Input, who = 'tester'): Decision<State> {
    const decision = decide(this.state, input, { at: this.now, id: `input-${++this.inputs}`, who });
    if (isRefusal(decision)) throw new Error(`${decision.code}: ${decision.because}`);
    if (isParked(decision)) {
      this.parked.push({ until: decision.until, input });
      return { state: this.state, effects: [] };
    }
    this.state = decision.state;
    this.effects.push(...decision.effects);
    for (const effect of decision.effects) if (effect.lane === 'input') this.decided(effect.input as Input);
    const ready = this.parked.filter(({ until }) => decision.appeared?.includes(until));
    this.parked = this.parked.filter((one) => !ready.includes(one));
    for (const { input: again } of ready) this.decided(again);
    return decision;
  }

  verdict(subject: string = nvr): VerdictRow {
    return [...this.state.verdicts.values()].find((row) => row.subject.id === subject)!;
  }

  /** The answers that were said, oldest first, as `decision state`. */
  said(): readonly string[] {
    return this.events('verdict.decided').map(({ data }) => {
      const { decision, state } = data as { decision: string; state: string };
      return `${decision} ${state}`;
    });
  }

  events(name: string): readonly BusEffect[] {
    return this.effects.filter(
      (effect): effect is BusEffect => effect.lane === 'bus' && effect.event === `millrace.ci-bridge.${name}.v1`,
    );
  }

  /** The timer of a verdict as it was set last. */
  timer(): DeadlineEffect | undefined {
    return this.effects.filter((effect): effect is DeadlineEffect => effect.lane === 'deadline').at(-1);
  }

  get isParked(): boolean {
    return this.parked.length > 0;
  }
}
