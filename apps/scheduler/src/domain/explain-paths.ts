import { isReleased } from './needs';
import type { RebuildRow } from './state';
import { makeCommand, retryCommand } from './words';

export interface Step {
  readonly component: string;
  readonly because: string;
}

/** What is looked at of each rebuild on the way. */
export type PathRow = Pick<
  RebuildRow,
  | 'id'
  | 'release'
  | 'cascade'
  | 'component'
  | 'system'
  | 'state'
  | 'needs'
  | 'open'
  | 'held'
  | 'doubtful'
  | 'doubts'
  | 'fresh'
>;

type Rows<Row extends PathRow = PathRow> = ReadonlyMap<string, Row>;

/** Commands that are named at once. */
const mostCommands = 10;

/**
 * The shortest way by which a rebuild came into its plan: the ids from a changed component to it. What each step uses of
 * the one before it stands in the rows themselves.
 */
export function pathTo(rows: Rows, rebuild: PathRow, roots: ReadonlySet<string>): readonly string[] {
  const above = new Map<string, string | null>([[rebuild.id, null]]);
  let level: readonly PathRow[] = [rebuild];
  while (level.length > 0) {
    const root = level.find((row) => roots.has(row.component) || row.needs.length === 0);
    if (root) return idsFrom(root.id, above);
    level = level.flatMap((row) => fresh(rows, row, above));
  }
  return [rebuild.id];
}

export function stepOf({ component, must, planned }: Pick<RebuildRow, 'component' | 'must' | 'planned'>): Step {
  return { component, because: must ?? planned };
}

/** The needs of a row that were not met before; each remembers whose need it is. */
function fresh(rows: Rows, row: PathRow, above: Map<string, string | null>): readonly PathRow[] {
  return row.needs.flatMap((id) => {
    const need = rows.get(id);
    if (!need || above.has(id)) return [];
    above.set(id, row.id);
    return [need];
  });
}

/** What would let a rebuild go on: the commands for whatever it waits for in the end. */
export function commandsOf(blocking: readonly PathRow[]): readonly string[] {
  const commands = new Set<string>();
  for (const row of blocking) {
    for (const command of commandsFor(row)) commands.add(command);
    if (commands.size >= mostCommands) break;
  }
  return [...commands].slice(0, mostCommands);
}

/** The rebuilds below this one, or itself, that go on only when a person acts. */
export function blockers<Row extends PathRow>(rows: Rows<Row>, rebuild: Row): readonly Row[] {
  const seen = new Set([rebuild.id]);
  const stack = [rebuild];
  const found: Row[] = [];
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

function commandsFor(row: PathRow): readonly string[] {
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

function idsFrom(root: string, above: ReadonlyMap<string, string | null>): readonly string[] {
  const ids: string[] = [];
  for (let id: string | null = root; id !== null; id = above.get(id) ?? null) ids.push(id);
  return ids;
}
