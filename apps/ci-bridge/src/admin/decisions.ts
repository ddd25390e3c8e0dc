import type { doors, DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { replay, verdictData } from '../domain/decision';
import type { DecisionRow } from '../domain/evidence';
import { numberId } from '../domain/state';
import type { BridgeRead } from './read';

type Decisions = DoorReply<(typeof doors)['ci-bridge']['decisions']>;
type Replayed = DoorReply<(typeof doors)['ci-bridge']['decisionReplay']>;

/** Every answer that was said, newest first, with what it was made of. */
export async function showDecisions(
  read: BridgeRead,
  wanted: { readonly subject?: string | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<Decisions> {
  const filter = {
    ...(wanted.subject === undefined ? {} : { verdict: await verdictsOf(read, wanted.subject) }),
    ...(wanted.after === undefined ? {} : { id: { from: numberId(wanted.after + 1) } }),
  };
  const rows = await read.decisions.where(filter, { orderBy: '-id', limit: wanted.limit });
  return { decisions: rows.map(show) as Decisions['decisions'] };
}

/** Makes an answer again from what it was made of. */
export async function replayDecision(read: BridgeRead, number: number): Promise<Replayed> {
  const row = await read.decisions.get(numberId(number));
  if (!row) {
    throw new AppError({
      code: 'decision-unknown',
      kind: 'missing',
      message: `there is no decision ${number}`,
      remedy: 'look at GET /api/v1/decisions',
    });
  }
  const results = await read.results.getMany(row.results.map(numberId));
  const waivers = await read.waivers.getMany(row.waivers.map(numberId));
  const again = replay(row, results, waivers);
  const stored = { decision: row.verdict.answer.decision, state: row.verdict.answer.state };
  const replayed = { decision: again.decision, state: again.state };
  return { same: stored.decision === replayed.decision && stored.state === replayed.state, stored, replayed };
}

async function verdictsOf(read: BridgeRead, subject: string): Promise<readonly string[]> {
  const watches = await read.watches.where({ name: subject });
  return watches.filter((watch) => watch.kind === 'subject').map((watch) => watch.verdict);
}

function show(row: DecisionRow) {
  const { gates, named } = row.rules;
  return {
    ...verdictData(row.verdict),
    previous: row.previous,
    decision_id: row.number,
    at: row.at,
    made_of: {
      definition_revision: row.definitionRevision,
      policies: [...gates.map(({ id }) => id), ...named.map(({ id }) => id ?? 'untitled')],
      catalogue: row.catalogue,
      results: row.results,
      waivers: row.waivers,
    },
  };
}
