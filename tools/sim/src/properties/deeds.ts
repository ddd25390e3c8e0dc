import { moment } from '@millrace/kernel';
import type { Input } from '@millrace/scheduler/domain/input';
import type { RebuildRow } from '@millrace/scheduler/domain/state';
import { verdict } from '../driver/gate';
import { release } from '../driver/outside';
import type { World } from '../driver/world';
import { nameOf } from './small-world';
import type { Deed, Tale } from './tale';

/** What somebody asks of the scheduler, and who. */
export interface Asked {
  readonly who: string;
  readonly input: Input;
}

/** What a deed comes to in this moment; null: nothing, or nothing that is an input. `count`: changes so far. */
export function askedBy(world: World, tale: Tale, deed: Deed, count: number): Asked | null {
  const cascade = world.cascade!.id;
  const component = 'n' in deed && deed.n !== null ? nameOf(deed.n % tale.needs.length) : null;
  const about = { release, cascade, component, why: 'the tale' };
  switch (deed.what) {
    case 'change':
      return { who: 'ada', input: changeOf(tale, [deed.n % tale.needs.length], count) };
    case 'hold':
    case 'resume':
    case 'cancel':
    case 'skip':
    case 'remove':
      return { who: 'ada', input: { ...about, type: `cascade.${deed.what}` } };
    case 'retry':
      return { who: 'ada', input: { ...about, type: 'cascade.retry', sources: {} } };
    case 'raise':
      return { who: 'ada', input: { ...about, type: 'cascade.raise', priority: deed.priority } };
    case 'add':
      return { who: 'ada', input: { ...about, type: 'cascade.add', source: null } };
    case 'stop':
    case 'go':
      return { who: 'ada', input: holdOf(world, deed, component) };
    case 'adopt': {
      const builds = [...world.store.tables.builds.rows.values()].filter((one) => one.component === component);
      const seen = builds.filter((one) => one.standing === 'seen').at(-1);
      return seen ? { who: 'ada', input: { type: 'build.adopt', release, cascade, build: seen.id, why: '' } } : null;
    }
    case 'flip': {
      const row = built(world, component!).find((one) => one.verdict !== null);
      return row ? { who: 'ci-bridge', input: verdict(row.build!, deed.to, row.verdictRevision + 1) } : null;
    }
    case 'withdraw': {
      // What is not built yet cannot be taken away.
      const row = built(world, component!)[0];
      if (!row || world.farm.phase(row.build!, world.nowMs) !== 'ended' || row.state === 'building') return null;
      const withdrawn = { ref: row.build, component: row.component, nvr: row.nvr, how: 'untagged', by: 'bob' } as const;
      return { who: 'farm', input: { type: 'build.withdrawn', release, withdrawn: { ...withdrawn, from: 'base' } } };
    }
    case 'crash':
    case 'restore':
    case 'again':
      return null;
  }
}

function built(world: World, component: string): readonly RebuildRow[] {
  const rows = [...world.store.tables.rebuilds.rows.values()];
  return rows.filter((row) => row.component === component && row.build !== null);
}

function holdOf(world: World, deed: Extract<Deed, { what: 'stop' | 'go' }>, component: string | null): Input {
  const { tier } = deed;
  const scope = {
    cascade: tier === null ? null : world.cascade!.id,
    tier,
    component: tier === null ? component : null,
  };
  const about = { release, scope, why: 'the tale' };
  if (deed.what === 'go') return { type: 'hold.end', ...about };
  const until = deed.minutes === null ? null : moment(world.nowMs + deed.minutes * 60_000);
  return { type: 'hold.set', ...about, until };
}

/** Components changed, by commits that nobody had before; none named: everything is to be built. */
export function changeOf(tale: Tale, numbers: readonly number[], count: number): Input {
  const all = numbers.length === 0;
  const commit = String(count).padStart(40, '0');
  return {
    ...({ type: 'change.reported', release, asked: true } as const),
    change: {
      ...{ id: null, release, all, unknown: [], by: 'ada', why: `change ${count}` },
      kind: all ? 'set' : 'commit',
      urgency: tale.security ? 'security' : 'normal',
      components: numbers.map((n) => ({
        component: nameOf(n),
        source: { kind: 'git' as const, url: `file:///git/p${n}`, commit },
        nvr: null,
      })),
    },
  };
}

const outcomes = /^(build\.(submitted|looked|ended|broke|compared|admitted|cancelled|withdrawn)|verdict\.|hand\.ended)/;
const others = /^(plan\.|stack\.|place\.closed|slot\.|slots\.|cascade\.(check|advance))/;

/** Outcomes of calls that are made again, and verdicts that are said again. */
export function isRepeatable({ type }: Input): boolean {
  return outcomes.test(type) || others.test(type);
}
