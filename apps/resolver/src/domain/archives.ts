import { graphPublished, say } from '@millrace/contracts';
import {
  doWork,
  put,
  refuse,
  type DecideContext,
  type Decision,
  type Effect,
  type Moment,
  type Refusal,
  type Row,
} from '@millrace/kernel';
import type { FilesOrder, ImportReport, ReadOrder } from './import-order';
import type { ResolverInput } from './input';
import { work } from './input';
import type { ResolverState } from './state';

type Of<Type extends ResolverInput['type']> = Extract<ResolverInput, { type: Type }>;

/** Imported graphs of a release, which need not be defined. Its id is the release's name. */
export interface GraphRow extends Row {
  readonly newest: string | null;
  readonly snapshots: number;
  readonly imports: number;
  readonly importing: (FilesOrder & { readonly number: number; readonly since: Moment }) | null;
  readonly last: {
    readonly number: number;
    readonly text: string;
    readonly problem: string | null;
    /** What to do about the problem. */
    readonly remedy?: string;
  } | null;
  /** By kind of source, the digest of the graph that was last read from it alone. */
  readonly parts: Readonly<Record<string, string>>;
}

/** One imported snapshot. Its graph lies in a file, named after its digest. */
export interface ArchiveRow extends Row {
  readonly release: string;
  readonly number: number;
  readonly name: string | null;
  readonly file: string;
  readonly at: Moment;
  readonly because: string;
  readonly pruned: boolean;
  readonly report: ImportReport;
}

export function filesWanted(
  state: ResolverState,
  input: Of<'files-wanted'>,
  context: DecideContext,
): Decision<ResolverState> | Refusal {
  const { type: _, ...order } = input;
  const { release } = order;
  const row: GraphRow = state.graphs.get(release) ?? newGraph(release);
  if (row.importing) return busy(row);
  const number = row.imports + 1;
  const next: GraphRow = { ...row, imports: number, importing: { ...order, number, since: context.at } };
  const read: ReadOrder = { ...order, number, parts: row.parts, newest: row.newest };
  return {
    state: put(state, 'graphs', next),
    effects: [doWork(work.readFiles, `${release}#i${number}`, read)],
    reply: { accepted: true, text: `import ${number} of ${release} has started`, number },
  };
}

/** Only a whole import makes a snapshot, and only one that differs from the newest. */
export function filesRead(
  state: ResolverState,
  input: Of<'files-read'>,
  context: DecideContext,
): Decision<ResolverState> {
  const row = state.graphs.get(input.release);
  if (!row?.importing || row.importing.number !== input.number) return { state, effects: [] };
  const { number, kind } = row.importing;
  const idle: GraphRow = { ...row, importing: null };
  const ended = (last: Omit<NonNullable<GraphRow['last']>, 'number'>): GraphRow => ({
    ...idle,
    last: { number, ...last },
  });
  if (!input.outcome.ok) {
    const { message, remedy } = input.outcome.fault;
    const why = { problem: message.slice(0, 2000), ...(remedy === undefined ? {} : { remedy: remedy.slice(0, 500) }) };
    const failed = ended({ text: `import ${number} failed; the old snapshot stays in use`, ...why });
    return { state: put(state, 'graphs', failed), effects: [] };
  }
  const { part, file, report } = input.outcome.value;
  const newest = row.newest === null ? undefined : state.archives.get(row.newest);
  if (newest?.file === file) {
    const same = ended({ text: `nothing changed since ${newest.id}`, problem: null });
    return { state: put(state, 'graphs', { ...same, parts: { ...row.parts, [kind]: part } }), effects: [] };
  }
  const archive = archiveOf(row, { kind, file, report }, context.at);
  const next: GraphRow = {
    ...ended({ text: `snapshot ${archive.id}`, problem: null }),
    ...{ newest: archive.id, snapshots: archive.number, parts: { ...row.parts, [kind]: part } },
  };
  return { state: put(put(state, 'graphs', next), 'archives', archive), effects: [published(archive)] };
}

function archiveOf(
  row: GraphRow,
  { kind, file, report }: { kind: string; file: string; report: ImportReport },
  at: Moment,
): ArchiveRow {
  const number = row.snapshots + 1;
  return {
    ...{ id: `${row.id}-i${number}`, revision: 0, release: row.id, number, name: null, file, at },
    ...{ because: `import ${row.importing!.number}, ${kind}`, pruned: false, report },
  };
}

function published(archive: ArchiveRow): Effect {
  const { counts, unresolved } = archive.report;
  const open = Object.values(unresolved).reduce((sum, one) => sum + one.total, 0);
  return say(graphPublished, {
    ...{ release: archive.release, subject: archive.release, revision: archive.number },
    data: {
      ...{ release: archive.release, snapshot: archive.id, digest: archive.file, because: archive.because },
      counts: {
        components: counts['components'] ?? 0,
        dependencies: counts['edges'] ?? 0,
        external: counts['external'] ?? 0,
        unresolved: open,
      },
    },
  });
}

export function snapshotNamed(state: ResolverState, input: Of<'snapshot-named'>): Decision<ResolverState> | Refusal {
  const archive = archiveIn(state, input.snapshot);
  if (!archive) return unknownArchive(input.snapshot);
  const taken = [...state.archives.values()].find((one) => one.name === input.name && one.id !== archive.id);
  if (taken && input.name !== null) {
    return refuse(
      'snapshot-name-taken',
      `${taken.id} has the name '${input.name}' already`,
      `take it away first: millrace snapshots name ${taken.id} --none`,
      'conflict',
    );
  }
  const text = input.name === null ? `${archive.id} has no name now` : `${archive.id} is named ${input.name}`;
  const next = put(state, 'archives', { ...archive, name: input.name });
  return { state: next, effects: [], reply: { accepted: true, text } };
}

/** Keeps the newest ones and those with a name; the newest of all always stays. */
export function pruneWanted(
  state: ResolverState,
  input: Of<'prune-wanted'>,
  context: DecideContext,
): Decision<ResolverState> {
  const all = [...state.archives.values()].filter((one) => !one.pruned).sort((a, b) => b.number - a.number);
  const gone = all.slice(input.keep).filter((one) => one.name === null);
  const next = gone.reduce((on, one) => put(on, 'archives', { ...one, pruned: true }), state);
  const pruned = gone.map((one) => one.id);
  const files = [...new Set(gone.map((one) => one.file))];
  return {
    state: next,
    effects: files.length === 0 ? [] : [doWork(work.removeFiles, context.id, { release: input.release, files })],
    reply: { accepted: true, text: `${pruned.length} pruned`, pruned },
  };
}

function archiveIn(state: Pick<ResolverState, 'archives'>, wanted: string): ArchiveRow | undefined {
  return state.archives.get(wanted) ?? [...state.archives.values()].find((one) => one.name === wanted);
}

function newGraph(id: string): GraphRow {
  const counts = { snapshots: 0, imports: 0 };
  return { id, revision: 0, newest: null, ...counts, importing: null, last: null, parts: {} };
}

function busy({ id, importing }: GraphRow): Refusal {
  return refuse(
    'import-running',
    `import ${importing!.number} of ${id} (${importing!.kind}) runs since ${importing!.since}`,
    'wait until it has ended: millrace snapshots list',
    'conflict',
  );
}

function unknownArchive(wanted: string): Refusal {
  return refuse('snapshot-unknown', `there is no snapshot '${wanted}'`, 'see millrace snapshots list', 'missing');
}
