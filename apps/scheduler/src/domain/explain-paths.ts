import { isReleased } from './needs';
import type { RebuildRow } from './state';
import { makeCommand, retryCommand } from './words';

export interface Step {
  readonly component: string;
  readonly because: string;
}

type Rows = ReadonlyMap<string, RebuildRow>;

/** Commands that are named at once. */
const mostCommands = 10;

/**
 * The shortest way by which a rebuild came into its plan: from a changed component, each step with what it uses of the
 * one before it.
 */
export function pathTo(rows: Rows, rebuild: RebuildRow, roots: ReadonlySet<string>): readonly Step[] {
  const above = new Map<string, string | null>([[rebuild.id, null]]);
  let level: readonly RebuildRow[] = [rebuild];
  while (level.length > 0) {
    const root = level.find((row) => roots.has(row.component) || row.needs.length === 0);
    if (root) return stepsFrom(rows, root.id, above);
    const next = level.flatMap((row) => fresh(rows, row, above));
    level = next;
  }
  return [{ component: rebuild.component, because: reasonOf(rebuild) }];
}

/** The needs of a row that were not met before; each remembers whose need it is. */
function fresh(rows: Rows, row: RebuildRow, above: Map<string, string | null>): readonly RebuildRow[] {
  return row.needs.flatMap((id) => {
    const need = rows.get(id);
    if (!need || above.has(id)) return [];
    above.set(id, row.id);
    return [need];
  });
}

/** What would let a rebuild go on: the commands for whatever it waits for in the end. */
export function unblocking(rows: Rows, rebuild: RebuildRow): readonly string[] {
  const commands = blockers(rows, rebuild).flatMap(commandsFor);
  return [...new Set(commands)].slice(0, mostCommands);
}

/** The rebuilds below this one, or itself, that go on only when a person acts. */
export function blockers(rows: Rows, rebuild: RebuildRow): readonly RebuildRow[] {
  const seen = new Set([rebuild.id]);
  const stack = [rebuild];
  const found: RebuildRow[] = [];
  for (let row = stack.pop(); row; row = stack.pop()) {
    if (commandsFor(row).length > 0) found.push(row);
    for (const id of row.open) {
      const need = rows.get(id);
      if (!need || seen.has(id) || isReleased(need)) continue;
      seen.add(id);
      stack.push(need);
    }
  }
  return found;
}

function commandsFor(row: RebuildRow): readonly string[] {
  const { cascade, component, state } = row;
  const retried = retryCommand(cascade, component);
  if (state === 'failed' || state === 'rejected') {
    const waived = `millrace cascade waive ${cascade} ${component} --comment …`;
    const skipped = `millrace cascade skip ${cascade} ${component}`;
    return [makeCommand(row, null), retried, ...(state === 'rejected' ? [waived] : []), skipped];
  }
  if (row.doubts?.includes(row.id)) return [makeCommand(row, null), retried];
  if (row.held && (state === 'waiting' || state === 'ready'))
    return [`millrace cascade resume ${cascade} ${component}`];
  return [];
}

function stepsFrom(rows: Rows, root: string, above: ReadonlyMap<string, string | null>): readonly Step[] {
  const steps: Step[] = [];
  for (let id: string | null = root; id !== null; id = above.get(id) ?? null) {
    const row = rows.get(id)!;
    steps.push({ component: row.component, because: reasonOf(row) });
  }
  return steps;
}

function reasonOf({ must, planned }: RebuildRow): string {
  return must ?? planned;
}
