import type { RebuildRow } from '@millrace/scheduler/domain/state';
import { epochMs, type Taken } from '../driver/world';

/** What happened, as lines for people: the moves of rebuilds and cascades, and what people and accidents did. */
export class Story {
  private readonly lines: string[] = [];

  taken({ input, who, atMs, before, after, refusal }: Taken): void {
    const at = clock(atMs);
    const told =
      input.type !== 'builds.seen' && (['ada', 'farm', 'ci-bridge'].includes(who) || input.type === 'hand.ended');
    if (told) this.lines.push(`${at} ${who}: ${wordsOf(input)}${refusal ? ` (refused: ${refusal.because})` : ''}`);
    for (const [id, row] of after.cascades) {
      const old = before.cascades.get(id);
      if (old?.state !== row.state)
        this.lines.push(`${at}   cascade ${id} is ${row.state}${row.problem ? `: ${row.problem}` : ''}`);
    }
    for (const [id, row] of after.rebuilds) {
      const old = before.rebuilds.get(id);
      if (old !== row && (old?.state !== row.state || old.attempt !== row.attempt || old.doubtful !== row.doubtful)) {
        this.lines.push(`${at}   ${shortOf(row)} is ${row.state}${row.doubtful ? ' (doubtful)' : ''}: ${row.because}`);
      }
    }
  }

  tell(atMs: number, words: string): void {
    this.lines.push(`${clock(atMs)} ${words}`);
  }

  text(most = 150): string {
    const left = this.lines.length - most;
    return [...(left > 0 ? [`(${left} lines before)`] : []), ...this.lines.slice(-most)].join('\n');
  }
}

export function shortOf(row: RebuildRow): string {
  const name = row.component.slice(row.component.indexOf('/') + 1);
  return `${name}${row.generation > 1 ? `, generation ${row.generation}` : ''}${row.pass > 1 ? `, pass ${row.pass}` : ''}`;
}

function wordsOf(input: Taken['input']): string {
  const { type } = input;
  if (type === 'verdict.decided') return `${input.build} has ${input.decision}`;
  if (type === 'change.reported')
    return `change of ${input.change.components.map((one) => one.component).join(', ') || 'everything'}`;
  if (type === 'hand.ended') return `${input.ended.status.ref} was built by hand`;
  if ('scope' in input) return `${type} ${JSON.stringify(input.scope)}`;
  return 'component' in input ? `${type} ${input.component ?? 'all'}` : type;
}

function clock(atMs: number): string {
  const minutes = Math.floor((atMs - epochMs) / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
