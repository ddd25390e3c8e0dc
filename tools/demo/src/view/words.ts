import { msBetween } from '@millrace/kernel';
import type { Cascade, Rebuild } from './view';

const settled = ['validated', 'skipped', 'unneeded', 'cancelled'];

export function seconds(from: string, to: string): string {
  return `${(msBetween(from, to) / 1000).toFixed(1)}s`;
}

export function shortName({ component, bootstrap }: Pick<Rebuild, 'component' | 'bootstrap'>): string {
  return component.replace(/^rpm\//, '') + (bootstrap ? ' (bootstrap)' : '');
}

export function isSettled(rebuild: Rebuild): boolean {
  return settled.includes(rebuild.state);
}

/** What is worth saying beside the state. */
export function remark(rebuild: Rebuild): string {
  if (rebuild.evidence) return rebuild.evidence.summary.slice(0, 90);
  if (rebuild.state === 'waiting') return `for ${rebuild.waitsFor.map((id) => id.replace(/^rpm\//, '')).join(', ')}`;
  if (rebuild.resumed) return `${rebuild.nvr ?? ''}, built by hand`;
  return rebuild.nvr ?? '';
}

export function headline(cascade: Cascade, now: string): string {
  const done = cascade.rebuilds.filter(isSettled).length;
  const age = seconds(cascade.startedAt, cascade.endedAt ?? now);
  return `cascade ${cascade.cascade}: ${cascade.state}, ${done} of ${cascade.rebuilds.length} done, ${cascade.tiers} tiers, ${age}`;
}

export function byTier(cascade: Cascade): readonly Rebuild[] {
  return [...cascade.rebuilds].sort(
    (a, b) => a.tier - b.tier || a.component.localeCompare(b.component) || a.pass - b.pass,
  );
}
