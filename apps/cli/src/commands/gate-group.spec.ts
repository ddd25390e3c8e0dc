import type { RebuildView } from '../cascade-words';
import { buildsToGate } from './gate-group';

const rebuild = (nvr: string | null, more: Partial<RebuildView> = {}): RebuildView => ({
  component: `rpm/${nvr?.replace(/-.*/, '') ?? 'waiting'}`,
  ...{ generation: 1, pass: 1, tier: 0, state: 'validated', held: false, bootstrap: false, attempt: 1 },
  ...{ needs: [], waitsFor: [], build: nvr, nvr, origin: 'cascade', resumed: false, because: '' },
  ...{ evidence: null, startedAt: null, endedAt: null },
  ...more,
});

const cascade = [
  rebuild('mill-1-1.mr2', { tier: 1, state: 'gating' }),
  rebuild('stone-1-1.mr3', { generation: 2, state: 'rejected' }),
  rebuild('stone-1-1.mr1'),
  rebuild('gcc-9-1.mr1', { bootstrap: true }),
  rebuild('gcc-9-1.mr2', { pass: 2 }),
  rebuild('bad-1-1.mr1', { state: 'failed' }),
  rebuild(null, { state: 'waiting' }),
];

test('a cascade is gated by the newest build of each component that has come to its gate, whatever it said', () => {
  expect(buildsToGate(cascade, null)).toEqual(['gcc-9-1.mr2', 'mill-1-1.mr2', 'stone-1-1.mr3']);
});

test('a tier is gated by its builds alone; one that nobody has built yet has none', () => {
  expect(buildsToGate(cascade, 1)).toEqual(['mill-1-1.mr2']);
  expect(buildsToGate(cascade, 7)).toEqual([]);
});
