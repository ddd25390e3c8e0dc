import { commonDoors, eventType, type App } from '@millrace/contracts';
import { engineTable, type DeadLetters, type Engine, type OutboxRelay, type TypedInput } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Database, Tables } from '@millrace/store';
import { answer, type BoundDoor, type Hears, type ServiceParts } from './definition';
import { refusalError } from './door-desk';
import { openEnvelope } from './nest-controllers';

export interface CommonParts<Input extends TypedInput> {
  readonly app: App;
  readonly version: string;
  readonly startedAt: string;
  readonly database: Database;
  readonly engine: Engine<Tables, Input>;
  readonly relay: OutboxRelay;
  readonly deadLetters: DeadLetters;
  readonly hears: readonly Hears<Input>[];
  readonly replay: ServiceParts<Input>['replay'];
}

/** The doors that every service has: its status and its dead letters. */
export function commonDoorsOf<Input extends TypedInput>(parts: CommonParts<Input>): readonly BoundDoor<Input>[] {
  const { app, deadLetters } = parts;
  const door = commonDoors(app);
  const brief = ({ content: _, ...letter }: Awaited<ReturnType<DeadLetters['get']>>): Omit<typeof letter, 'content'> =>
    letter;
  return [
    answer(door.status, () => statusOf(parts)),
    answer(door.deadLetters, async ({ state }) => ({ deadLetters: (await deadLetters.list(state)).map(brief) })),
    answer(door.deadLetter, ({ id }) => deadLetters.get(id)),
    // Commands about messages, not about the service's state: they need no decision.
    answer(door.replay, async ({ id }, caller) => ({ done: true, text: await replay(parts, id, caller.name) })),
    answer(door.drop, async ({ id, why }, caller) => {
      await deadLetters.settle(id, 'dropped', `by ${caller.name}: ${why}`);
      return { done: true, text: `dead letter ${id} was dropped` };
    }),
  ];
}

async function statusOf<Input extends TypedInput>(parts: CommonParts<Input>) {
  const { app, version, startedAt, database, engine, relay, deadLetters } = parts;
  const count = async (table: 'work' | 'parked' | 'self', filter = ''): Promise<number> => {
    const [row] = await database.reader.rows<{ n: number }>(
      `SELECT count(*) AS n FROM ${engineTable(app, table)}${filter}`,
    );
    return Number(row!.n);
  };
  return {
    app,
    version,
    startedAt,
    inbox: engine.waiting + (await count('self')),
    outbox: await relay.waiting(),
    work: await count('work', " WHERE state <> 'done'"),
    parked: await count('parked'),
    deadLetters: await deadLetters.count(),
  };
}

/** Hands the letter over once more; it stays a dead letter when it is refused again. */
async function replay<Input extends TypedInput>(parts: CommonParts<Input>, id: string, who: string): Promise<string> {
  const { app, database, deadLetters, engine, hears, relay } = parts;
  const letter = await deadLetters.get(id);
  if (letter.origin === 'outbox') {
    const kept = await database.transaction((tx) =>
      tx.change(`UPDATE ${engineTable(app, 'outbox')} SET sent_at = NULL WHERE id = $1`, [id]),
    );
    if (kept === 0) throw pruned(id);
    relay.wake();
  } else if (!(await parts.replay?.(letter, who))) {
    const heard = hears.find(({ event }) => letter.origin.startsWith(`${eventType(event)}.`));
    if (!heard) throw unheard(app, letter.origin);
    const event = openEnvelope(heard, Buffer.from(letter.content));
    const input = heard.toInput(event);
    const taken =
      input === null
        ? null
        : await engine.take(input, { id: `${event.id}#${Date.now()}`, source: `replay/${event.source}`, who });
    if (taken?.status === 'refused') throw refusalError(taken.refusal);
  }
  await deadLetters.settle(id, 'replayed', `by ${who}`);
  return `dead letter ${id} was handed over once more`;
}

function pruned(id: string): AppError {
  return new AppError({
    code: 'dead-letter-pruned',
    kind: 'conflict',
    message: `the event of dead letter ${id} is no longer in the outbox`,
    remedy: 'drop it; what it said is in the letter',
  });
}

function unheard(app: App, origin: string): AppError {
  return new AppError({
    code: 'dead-letter-unheard',
    kind: 'conflict',
    message: `${app} no longer hears ${origin}`,
    remedy: 'drop it',
  });
}
