import { byTier, headline, remark, seconds, shortName } from './words';
import type { Cascade, Rebuild, View } from './view';

/** A line for each thing that changed: for logs and pipes. */
export function plainView(print: (line: string) => void): View {
  const seen = new Map<string, string>();
  return {
    chapter: (title) => print(`\n== ${title}`),
    say: (line) => print(`   ${line}`),
    show: (cascade) => {
      if (cascade) changed(cascade, seen).forEach((line) => print(`   ${line}`));
    },
  };
}

function changed(cascade: Cascade, seen: Map<string, string>): readonly string[] {
  const now = new Date().toISOString();
  const lines = byTier(cascade).flatMap((rebuild) => {
    const key = `${cascade.cascade}/${rebuild.component}/${rebuild.generation}.${rebuild.pass}`;
    const stand = `${rebuild.state} ${rebuild.attempt}`;
    const before = seen.get(key);
    seen.set(key, stand);
    return before === stand || (before === undefined && rebuild.state === 'waiting')
      ? []
      : [line(cascade, rebuild, now)];
  });
  const state = `${cascade.state} ${cascade.plan}`;
  if (seen.get(cascade.cascade) === state) return lines;
  seen.set(cascade.cascade, state);
  return [...lines, headline(cascade, now)];
}

function line(cascade: Cascade, rebuild: Rebuild, now: string): string {
  const age = seconds(cascade.startedAt, now).padStart(7);
  return `${age}  tier ${rebuild.tier}  ${shortName(rebuild).padEnd(24)} ${rebuild.state.padEnd(10)} ${remark(rebuild)}`.trimEnd();
}
