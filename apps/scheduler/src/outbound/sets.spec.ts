import { releaseDefinition } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import type { Outside } from './outside';
import { setFound } from './sets';

const hub = { build_systems: { rpm: 'koji' }, sources: {} };
const [early, late] = ['2026-01-10T00:00:00.000Z', '2026-01-20T00:00:00.000Z'];
const named = ['rpm/a', 'rpm/b', 'rpm/c', 'rpm/d'];

async function foundIn(more: object) {
  const world = new World({ graph: {} });
  const definition = releaseDefinition.parse({ ...definitionOf(), ...more });
  await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
  const { validated, adopted, builds } = world.store.rows;
  const of = (component: string) => ({ revision: 0, release: 'mill', component, source: null });
  const row = { build: 'b', contents: 'c', cascade: 'c1', generation: 1 };
  validated.set('mill/rpm/a', { ...of('rpm/a'), ...row, id: 'mill/rpm/a', nvr: 'a-1-1', at: late });
  validated.set('mill/rpm/c', { ...of('rpm/c'), ...row, id: 'mill/rpm/c', nvr: 'c-1-1', at: early });
  const before = { system: 'koji', build: 'b', owner: null, builtBy: null, durationMs: null, inputs: null };
  adopted.set('mill/rpm/b', { ...of('rpm/b'), ...before, id: 'mill/rpm/b', nvr: 'b-1-1', completedAt: late });
  const seen = { cascade: null, rebuild: null, attempt: 1, origin: 'hand', standing: 'seen', because: '' } as const;
  const rest = { evidence: null, contents: null, repository: null, base: null, subject: null, group: null };
  const times = { startedAt: late, endedAt: late, nvr: 'c-1-2', state: 'complete', bootstrap: false } as const;
  builds.set('t1', { ...of('rpm/c'), ...seen, ...rest, ...times, id: 't1' });
  const outside = { read: world.store.read } as unknown as Outside;
  return setFound(outside, 'mill', { components: named, all: false, ordered: true, since: '2026-01-15T00:00:00Z' });
}

test('done is what was validated, adopted, or tagged by people in a hub since then', async () => {
  const { members, done } = await foundIn(hub);
  expect(members).toEqual(['rpm/d']);
  expect(done.map((one) => one.because.split(' is there')[0])).toEqual([
    'rpm/a: a-1-1',
    'rpm/b: b-1-1',
    'rpm/c: c-1-2',
  ]);
});

test('what people build on this machine is not the release’s', async () => {
  const { members } = await foundIn({});
  expect(members).toEqual(['rpm/c', 'rpm/d']);
});
