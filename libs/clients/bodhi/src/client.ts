import { AppError } from '@millrace/kernel';
import { fault } from './fault';
import {
  anyAnswer,
  changed,
  decisions,
  saved,
  update,
  updatePage,
  type severities,
  type Update,
  type UpdateRequest,
  type UpdateType,
} from './schema';
import { openSession, type Session, type SessionOptions } from './session';

export type BodhiOptions = Omit<SessionOptions, 'timeoutMs'> & {
  /** How long an answer may take, in milliseconds; default 60,000: a big update is checked build by build. */
  readonly timeoutMs?: number;
};

/** What an update is to say and to hold. */
export interface UpdateDraft {
  /** NVRs: exactly these, whatever else is in the side tag. */
  readonly builds: readonly string[];
  readonly fromTag: string;
  /** A line of our own in its notes, by which it is found again. */
  readonly marker: string;
  readonly notes: string;
  readonly type: UpdateType;
  readonly severity?: (typeof severities)[number];
  /** Shown instead of the list of builds. */
  readonly name?: string;
  readonly bugs?: readonly number[];
  /** Pushed to stable by itself after its days in testing, or by karma. */
  readonly autotime?: boolean;
  readonly autokarma?: boolean;
}

export interface Bodhi {
  /** null: there is none. */
  update(alias: string): Promise<Update | null>;
  /** Updates that hold one of the first of these builds, or were made of this tag with them. */
  withBuilds(nvrs: readonly string[]): Promise<readonly Update[]>;
  /**
   * Look before you act: the update that carries the marker, or that was made of the side tag.
   *
   * @throws AppError `bodhi-tag-taken` (conflict) when somebody else made an update of the side tag
   */
  find(draft: Pick<UpdateDraft, 'builds' | 'fromTag' | 'marker'>): Promise<Update | null>;
  /** Makes the update, once: one that is there already is given, edited where it holds other builds. */
  submit(draft: UpdateDraft): Promise<Update>;
  edit(alias: string, draft: UpdateDraft): Promise<Update>;
  /** One that is there already is given as it is. */
  request(alias: string, wanted: UpdateRequest): Promise<Update>;
  comment(alias: string, text: string): Promise<void>;
  /** What its tests say, line by line; empty where nobody knows. */
  testWords(alias: string): Promise<readonly string[]>;
}

/** Bodhi's default bound of notes. */
const mostNotes = 10_000;
/** Builds that an update is looked for by: each is in one update at most that is alive. */
const mostAsked = 20;

/** Nothing is sent before the first call. */
export function connectToBodhi({ timeoutMs = 60_000, ...options }: BodhiOptions): Bodhi {
  const session = openSession({ ...options, timeoutMs });
  const withBuilds = (nvrs: readonly string[]): Promise<readonly Update[]> => holding(session, nvrs);
  const find: Bodhi['find'] = async (draft) => found(await withBuilds(draft.builds), draft);
  const save = async (draft: UpdateDraft, edited: string | null): Promise<Update> => {
    const answer = await session.post('/updates/', bodyOf(draft, edited), saved);
    if (update.safeParse(answer).success) return answer as Update;
    const { updates } = answer as { readonly updates: readonly Update[] };
    if (updates.length === 1) return updates[0]!;
    const names = updates.map((one) => one.alias).join(', ');
    const remedy = 'unpush them in Bodhi; a side tag belongs to one release';
    throw fault('bodhi-split', 'conflict', `Bodhi split the update by release: ${names}`, remedy);
  };
  return {
    withBuilds,
    find,
    update: (alias) => orNull(session.get(`/updates/${encodeURIComponent(alias)}`, changed)),
    edit: (alias, draft) => save(draft, alias),
    submit: async (draft) => {
      const before = await find(draft);
      if (before && isSame(before, draft)) return before;
      return save(draft, before?.alias ?? null);
    },
    request: async (alias, wanted) => {
      const before = await orNull(session.get(`/updates/${encodeURIComponent(alias)}`, changed));
      if (before && isAlready(before, wanted)) return before;
      return (
        await session.post(`/updates/${encodeURIComponent(alias)}/request`, { update: alias, request: wanted }, changed)
      ).update;
    },
    comment: async (alias, text) => {
      await session.post('/comments/', { update: alias, text: text.slice(0, mostNotes), karma: 0 }, anyAnswer);
    },
    testWords: (alias) => testWordsOf(session, alias),
  };
}

async function holding(session: Session, nvrs: readonly string[]): Promise<readonly Update[]> {
  if (nvrs.length === 0) return [];
  const query = new URLSearchParams({ builds: nvrs.slice(0, mostAsked).join(','), rows_per_page: '100' });
  return (await session.get(`/updates/?${query.toString()}`, updatePage)).updates;
}

function found(all: readonly Update[], { fromTag, marker }: Pick<UpdateDraft, 'fromTag' | 'marker'>): Update | null {
  const ours = all.find((one) => hasMarker(one, marker));
  if (ours) return ours;
  const other = all.find((one) => one.from_tag === fromTag);
  if (!other) return null;
  throw fault(
    'bodhi-tag-taken',
    'conflict',
    `${other.user?.name ?? 'somebody'} made update ${other.alias} of side tag ${fromTag}`,
    'see what becomes of it; Bodhi makes one update of a side tag',
  );
}

/** A line of its own: words of people that quote it in a sentence are none. */
export function hasMarker({ notes }: Pick<Update, 'notes'>, marker: string): boolean {
  return (notes ?? '').split(/\r?\n/).some((line) => line.trim() === marker);
}

function bodyOf(draft: UpdateDraft, edited: string | null): Readonly<Record<string, unknown>> {
  const { builds, fromTag, marker, notes, type, severity = 'unspecified', name = '', bugs = [] } = draft;
  const text = notes.slice(0, mostNotes - marker.length - 2);
  return {
    ...{ builds, from_tag: fromTag, type, severity, display_name: name, bugs: bugs.join(','), close_bugs: false },
    notes: `${text}\n\n${marker}`,
    ...{ autotime: draft.autotime ?? true, autokarma: draft.autokarma ?? false },
    ...{ require_bugs: false, require_testcases: false },
    ...(edited === null ? {} : { edited }),
  };
}

/** On its way, with exactly these builds. */
function isSame({ builds, status }: Update, draft: UpdateDraft): boolean {
  const there = new Set(builds.map((one) => one.nvr));
  const alive = status !== 'unpushed' && status !== 'obsolete' && status !== 'side_tag_expired';
  return alive && there.size === draft.builds.length && draft.builds.every((nvr) => there.has(nvr));
}

function isAlready({ status, request }: Update, wanted: UpdateRequest): boolean {
  const done: Partial<Record<UpdateRequest, readonly string[]>> = {
    unpush: ['unpushed', 'obsolete'],
    revoke: ['unpushed', 'obsolete'],
    obsolete: ['obsolete'],
    stable: ['stable'],
    testing: ['testing'],
  };
  return (done[wanted] ?? []).includes(status) || (request === wanted && wanted !== 'revoke');
}

async function testWordsOf(session: Session, alias: string): Promise<readonly string[]> {
  try {
    const { decisions: all } = await session.get(`/updates/${encodeURIComponent(alias)}/get-test-results`, decisions);
    return all.flatMap((one) => [
      ...(one.summary ? [one.summary] : []),
      ...(one.unsatisfied_requirements ?? []).flatMap(({ testcase, type }) =>
        testcase ? [`${testcase}${type ? ` (${type})` : ''}`] : [],
      ),
    ]);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    // Bodhi answers 501, 502 or 504 when it cannot ask Greenwave: the update itself says enough.
    return [];
  }
}

async function orNull(asked: Promise<{ readonly update: Update }>): Promise<Update | null> {
  try {
    return (await asked).update;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'bodhi-unknown') return null;
    throw thrown;
  }
}
