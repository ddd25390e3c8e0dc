import type { doors, DoorReply } from '@millrace/contracts';
import { verdictData } from '../domain/decision';
import type { VerdictRow } from '../domain/state';
import type { BridgeRead } from './read';

type Gates = DoorReply<(typeof doors)['ci-bridge']['gates']>;

/** The gate's answers, newest first; a subject is found by any of its names. */
export async function showGates(
  read: BridgeRead,
  wanted: { readonly subject?: string | undefined; readonly component?: string | undefined; readonly limit: number },
): Promise<Gates> {
  const rows = await verdictsFor(read, wanted);
  return { verdicts: rows.map((row) => ({ ...verdictData(row), ...whereTested(row) })) as Gates['verdicts'] };
}

function whereTested({ answeredAt: at, repository, tag, cascade, group, scope }: VerdictRow) {
  return { at, repository, tag, cascade, group, scope };
}

async function verdictsFor(
  read: BridgeRead,
  { subject, component, limit }: { subject?: string | undefined; component?: string | undefined; limit: number },
): Promise<readonly VerdictRow[]> {
  const newestFirst = { orderBy: '-answered_at', limit };
  if (subject === undefined) return read.verdicts.where(component === undefined ? {} : { component }, newestFirst);
  const watches = (await read.watches.where({ name: subject })).filter((watch) => watch.kind === 'subject');
  const filter = { id: watches.map((watch) => watch.verdict), ...(component === undefined ? {} : { component }) };
  return read.verdicts.where(filter, newestFirst);
}
