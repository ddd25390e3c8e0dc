import { updateRequests, updateTypes } from '../schema';
import { jsonOf, Refused, type BodhiState, type FakeUpdate, type TagAnswer } from './state';

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly user: string | null;
  readonly csrf: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answering {
  readonly state: BodhiState;
  readonly base: string;
  readonly tag: (name: string) => TagAnswer | null;
}

/** What Bodhi answers, as its validators and models decide. @throws Refused */
export function answerTo(with_: Answering, asked: Asked): unknown {
  const path = asked.url.pathname;
  const [, alias, act] = /^\/updates\/([^/]+)(?:\/([a-z-]+))?$/.exec(path) ?? [];
  if (asked.method === 'GET' && path === '/updates/') return page(with_, asked.url.searchParams);
  if (asked.method === 'GET' && alias && !act) return { update: shown(with_, named(with_, alias)), can_edit: true };
  if (asked.method === 'GET' && alias && act === 'get-test-results') return { decisions: decided(named(with_, alias)) };
  if (asked.method !== 'POST') throw new Refused(404, 'url', 'no such page');
  const user = checked(asked);
  if (path === '/updates/') return save(with_, asked.body, user);
  if (path === '/comments/') return comment(with_, asked.body, user);
  if (alias && act === 'request') return { update: shown(with_, requested(named(with_, alias), asked.body)) };
  throw new Refused(404, 'url', 'no such page');
}

function checked({ user, csrf, body }: Asked): string {
  if (user === null) throw new Refused(403, 'header', 'Access was denied to this resource.');
  if (body['csrf_token'] !== csrf)
    throw new Refused(400, 'csrf_token', 'CSRF tokens do not match. This may be due to a stale session.');
  return user;
}

function page({ state, base }: Answering, query: URLSearchParams): unknown {
  const builds = query.get('builds')?.split(',') ?? null;
  const rows = state.updates.filter((one) => builds === null || one.builds.some((nvr) => builds.includes(nvr)));
  const updates = [...rows].reverse().map((one) => jsonOf(one, base));
  return { updates, page: 1, pages: 1, rows_per_page: 100, total: updates.length, chrome: true };
}

function save(with_: Answering, body: Readonly<Record<string, unknown>>, user: string): unknown {
  const { state } = with_;
  const edited = typeof body['edited'] === 'string' ? named(with_, body['edited']) : null;
  const from_tag = typeof body['from_tag'] === 'string' ? body['from_tag'] : null;
  const notes = String(body['notes'] ?? '');
  if (notes.length < 2 || notes.length > 10_000) throw new Refused(400, 'notes', 'Notes have a wrong length');
  const type = String(body['type']);
  if (!(updateTypes as readonly string[]).includes(type))
    throw new Refused(400, 'type', `"${type}" is not one of the types`);
  const tag = from_tag === null ? null : sideTag(with_, from_tag, edited, user);
  const given = Array.isArray(body['builds'])
    ? body['builds'].map(String)
    : String(body['builds'] ?? '').split(/[\s,]+/);
  const wanted = given.filter((nvr) => nvr !== '');
  const builds = wanted.length > 0 ? wanted : (tag?.builds ?? []);
  if (builds.length === 0) throw new Refused(400, 'builds', 'You must specify at least one build or a side tag');
  const strange = builds.find((nvr) => !(tag?.builds ?? []).includes(nvr));
  if (strange !== undefined) throw new Refused(400, 'builds', `Invalid tag: ${strange} not tagged with ${from_tag}`);
  const other = state.updates.find(
    (one) => one !== edited && isAlive(one) && one.builds.some((nvr) => builds.includes(nvr)),
  );
  if (other) throw new Refused(400, 'builds', `Update for ${builds[0]} already exists`);
  if (edited?.locked) throw new Refused(400, 'builds', `Can't edit a locked update ${edited.alias}`);
  const made = edited ?? fresh(state, user, from_tag);
  Object.assign(made, { builds, notes, type, request: 'testing', status: 'pending', gating: 'waiting' });
  if (!edited) state.updates.push(made);
  return { ...shown(with_, made), caveats: [] };
}

function sideTag(with_: Answering, name: string, edited: FakeUpdate | null, user: string): TagAnswer {
  const taken = with_.state.updates.find((one) => one.from_tag === name && one !== edited);
  if (taken) throw new Refused(400, 'from_tag', 'Update already exists using this side tag');
  const tag = with_.tag(name);
  if (!tag) throw new Refused(400, 'from_tag', "The supplied from_tag doesn't exist.");
  if (!tag.sideTag) throw new Refused(400, 'from_tag', 'The supplied tag is not a side tag.');
  if (tag.owner !== user) throw new Refused(403, 'cookies', `${user} does not own ${name} side-tag`);
  if (tag.builds.length === 0) throw new Refused(400, 'from_tag', "The supplied from_tag doesn't contain any builds.");
  return tag;
}

function fresh(state: BodhiState, user: string, from_tag: string | null): FakeUpdate {
  state.lastId += 1;
  const alias = `FEDORA-2026-${state.lastId.toString(16).padStart(10, '0')}`;
  const empty = { builds: [], notes: '', type: '', comments: [], unsatisfied: [] };
  const times = { date_testing: null, date_stable: null };
  return { alias, status: 'pending', request: null, gating: null, from_tag, locked: false, user, ...empty, ...times };
}

function requested(one: FakeUpdate, body: Readonly<Record<string, unknown>>): FakeUpdate {
  const wanted = String(body['request']);
  if (!(updateRequests as readonly string[]).includes(wanted))
    throw new Refused(400, 'request', `"${wanted}" is no request`);
  if (one.locked) throw new Refused(400, 'request', "Can't change request on a locked update");
  if (one.status === 'stable')
    throw new Refused(400, 'request', `Can't change the request of a stable update to ${wanted}`);
  if (wanted === 'stable' && one.gating !== 'passed' && one.gating !== 'ignored') {
    throw new Refused(400, 'request', 'Requirement not met: Required tests did not pass on this update.');
  }
  if (wanted === 'unpush') Object.assign(one, { status: 'unpushed', request: null });
  else if (wanted === 'obsolete') Object.assign(one, { status: 'obsolete', request: null });
  else if (wanted === 'revoke')
    Object.assign(one, { status: one.status === 'pending' ? 'unpushed' : one.status, request: null });
  else one.request = wanted;
  return one;
}

function comment(with_: Answering, body: Readonly<Record<string, unknown>>, user: string): unknown {
  const one = named(with_, String(body['update']));
  one.comments.push({ user, text: String(body['text'] ?? '') });
  return { comment: { text: body['text'] }, caveats: [] };
}

function decided({ gating, unsatisfied }: FakeUpdate): unknown {
  const passed = gating === 'passed' || gating === 'ignored';
  const summary = passed
    ? 'All required tests passed'
    : `${unsatisfied.length} of ${unsatisfied.length} required tests missing`;
  const missing = unsatisfied.map((testcase) => ({ testcase, type: 'test-result-failed' }));
  return [{ policies_satisfied: passed, summary, unsatisfied_requirements: missing }];
}

function named({ state }: Answering, alias: string): FakeUpdate {
  const found = state.updates.find((one) => one.alias === decodeURIComponent(alias));
  if (found) return found;
  throw new Refused(404, 'id', 'Invalid update id');
}

function shown({ base }: Answering, one: FakeUpdate): Record<string, unknown> {
  return jsonOf(one, base);
}

function isAlive({ status }: FakeUpdate): boolean {
  return status !== 'unpushed' && status !== 'obsolete';
}
