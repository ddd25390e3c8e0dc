import { graphPublished, say } from '@millrace/contracts';
import {
  doWork,
  later,
  parkUntil,
  put,
  refuse,
  wakeAt,
  type DecideContext,
  type Decision,
  type Effect,
  type Parked,
  type Refusal,
} from '@millrace/kernel';
import { work, type ImportOrder, type Imported, type ResolverInput } from './input';
import type { ReleaseRow, ResolverState, SnapshotRow } from './state';

type Of<Type extends ResolverInput['type']> = Extract<ResolverInput, { type: Type }>;

/** A failed import whose cause may pass by itself is tried again after this time. */
const retryMs = 30_000;

export function releaseKnown(state: ResolverState, input: Of<'release-known'>): Decision<ResolverState> {
  const { name, revision, definition } = input;
  const known = state.releases.get(name);
  if (known && known.definitionRevision >= revision) return { state, effects: [] };
  const row: ReleaseRow = {
    ...(known ?? newRelease(name, input)),
    definition,
    definitionRevision: revision,
  };
  const { row: started, effects } = startImport(row, `revision ${revision} of the release's definition`);
  return { state: put(state, 'releases', started), effects, appeared: [releaseToken(name)] };
}

export function importWanted(state: ResolverState, input: Of<'import-wanted'>): Decision<ResolverState> | Refusal {
  const row = state.releases.get(input.release);
  if (!row) return unknownRelease(input.release);
  const { row: started, effects, number } = startImport(row, input.because);
  const text =
    row.importing === null
      ? `import ${number} of ${input.release} has started`
      : `import ${number} of ${input.release} starts when the running one has ended`;
  return { state: put(state, 'releases', started), effects, reply: { accepted: true, text, number } };
}

/** Only a whole import makes a snapshot, and only one whose content is new. */
export function importEnded(
  state: ResolverState,
  input: Of<'import-ended'>,
  context: DecideContext,
): Decision<ResolverState> {
  const row = state.releases.get(input.release);
  if (!row || input.number <= row.ended) return { state, effects: [] };
  const ended: ReleaseRow = { ...row, ended: input.number, importing: null, again: null };
  const outcome = input.outcome.ok
    ? publish(state, ended, input.outcome.value, row.importing ?? '', context)
    : failed(state, ended, input.outcome.fault, context);
  const next = outcome.state.releases.get(input.release)!;
  if (row.again === null) return outcome;
  const { row: started, effects } = startImport(next, row.again);
  return { state: put(outcome.state, 'releases', started), effects: [...outcome.effects, ...effects] };
}

/** A cascade that completed has new builds in the release; what was overlaid is imported from there. */
export function importAfterCascade(state: ResolverState, input: Of<'cascade-ended'>): Decision<ResolverState> | Parked {
  const row = state.releases.get(input.release);
  if (!row) return parkUntil(releaseToken(input.release), `the definition of ${input.release} is not known yet`);
  const { row: started, effects } = startImport(row, `cascade ${input.cascade} completed`);
  return { state: put(state, 'releases', started), effects };
}

/** One import of a release at a time; what is wanted meanwhile becomes one more after it. */
function startImport(
  row: ReleaseRow,
  because: string,
): { readonly row: ReleaseRow; readonly effects: readonly Effect[]; readonly number: number } {
  if (row.importing !== null) return { row: { ...row, again: because }, effects: [], number: row.imports + 1 };
  const number = row.imports + 1;
  const order: ImportOrder = { release: row.id, number, definition: row.definition, snapshot: row.snapshot };
  return {
    row: { ...row, imports: number, importing: because },
    effects: [doWork(work.importGraph, `${row.id}#${number}`, order), wakeAt(retryKey(row.id), null, null)],
    number,
  };
}

function publish(
  state: ResolverState,
  row: ReleaseRow,
  found: Imported,
  because: string,
  context: DecideContext,
): Decision<ResolverState> {
  if (found.digest === row.digest) {
    return { state: put(state, 'releases', { ...row, basis: found.basis, problem: null }), effects: [] };
  }
  const number = row.snapshots + 1;
  const { digest, basis, counts, parts } = found;
  const snapshot: SnapshotRow = {
    ...{ id: `${row.id}-${number}`, revision: 0, release: row.id, number },
    ...{ digest, counts, parts, because, at: context.at },
  };
  const release = { ...row, snapshot: snapshot.id, digest, basis, snapshots: number, problem: null };
  const event = say(graphPublished, {
    release: row.id,
    subject: row.id,
    revision: number,
    data: { release: row.id, snapshot: snapshot.id, digest, counts, because: because.slice(0, 500) },
  });
  return { state: put(put(state, 'snapshots', snapshot), 'releases', release), effects: [event] };
}

function failed(
  state: ResolverState,
  row: ReleaseRow,
  fault: { readonly kind: string; readonly message: string },
  context: DecideContext,
): Decision<ResolverState> {
  const again: ResolverInput = { type: 'import-wanted', release: row.id, because: 'the last import did not succeed' };
  const effects = fault.kind === 'unavailable' ? [wakeAt(retryKey(row.id), later(context.at, retryMs), again)] : [];
  return { state: put(state, 'releases', { ...row, problem: fault.message.slice(0, 2000) }), effects };
}

function newRelease(name: string, { definition, revision }: Of<'release-known'>): ReleaseRow {
  return {
    ...{ id: name, revision: 0, definition, definitionRevision: revision },
    ...{ snapshot: null, digest: null, basis: null, snapshots: 0 },
    ...{ imports: 0, ended: 0, importing: null, again: null, problem: null },
  };
}

export function unknownRelease(release: string): Refusal {
  return refuse(
    'release-unknown',
    `the resolver knows no release '${release}'`,
    'apply its definition first: `millrace release apply FILE`',
    'missing',
  );
}

function releaseToken(release: string): string {
  return `release/${release}`;
}

function retryKey(release: string): string {
  return `import/${release}`;
}
