import type { Moment } from '@millrace/kernel';
import { sinceOf } from './explain';
import type { RebuildRow } from './state';

/** Rebuilds and commands that are named in the words; all of them are in the answer beside. */
const mostNamed = 5;

/** What a cascade waits for that goes on by itself, and the commands that would free what does not. */
export function awaitedLines(
  moving: readonly RebuildRow[],
  unblock: readonly string[],
  expected: (rebuild: RebuildRow) => Moment | null,
): string[] {
  const named = moving.slice(0, mostNamed).map((row) => {
    const [since, at] = [sinceOf(row), expected(row)];
    const times = [...(since === null ? [] : [`since ${since}`]), ...(at === null ? [] : [`expected at ${at}`])];
    return `${row.component} is ${row.state}${times.length === 0 ? '' : ` (${times.join(', ')})`}`;
  });
  const more = moving.length > mostNamed ? `, and ${moving.length - mostNamed} or more others` : '';
  const rest = unblock.length > mostNamed ? '   or others' : '';
  return [
    ...(named.length === 0 ? [] : [`It waits for what is under way: ${named.join('; ')}${more}.`]),
    ...(unblock.length === 0 ? [] : [`To free what is stuck: ${unblock.slice(0, mostNamed).join('   or: ')}${rest}`]),
  ];
}
