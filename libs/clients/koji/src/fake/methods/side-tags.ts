import type { RpcStruct, RpcValue } from '../../xml-rpc/value';
import { HubFault } from '../hub-fault';
import { deletedSuffix, tagOf, userOf } from '../look-up';
import { reads, writes, type Methods } from '../method';
import { nextEvent, nextId, nowTs, type FakeTag, type FakeUser, type HubState } from '../state';
import { makeTask } from '../tasks';

/** As the plug-in sidetag_hub of 1.35 answers. */
export const sideTagMethods: Methods = {
  createSideTag: writes(['basetag', 'debuginfo', 'suffix'], ({ state, user, of }) => {
    const base = tagOf(state, of.any('basetag'));
    assertPolicy(state, user);
    const id = nextId(state);
    const suffix = of.any('suffix');
    const name = `${base.name}-side-${id}${suffix === null ? '' : `-${String(suffix)}`}`;
    const made = { created: nextEvent(state), createdTs: nowTs() };
    const rest = { arches: base.arches, parents: [base.id], packages: [], sideOf: base.id, owner: user.id };
    state.tags.push({ id, name, ...rest, ...made });
    state.targets.push({ id: nextId(state), name, build_tag: id, dest_tag: id });
    const task = makeTask(state, { method: 'newRepo', request: [name], owner: user.id });
    return { id, name, task_id: null, request: { id: task.id, tag_name: name, active: true } };
  }),
  editSideTag: writes(
    ['sidetag', 'debuginfo', 'rpm_macros', 'remove_rpm_macros', 'extra', 'remove_extra'],
    ({ state, user, of }) => {
      const tag = ownSideTag(tagOf(state, of.any('sidetag')), user);
      const macros = of.struct('rpm_macros');
      assertMacros(tagOf(state, tag.sideOf), [...Object.keys(macros), ...of.list('remove_rpm_macros')]);
      const kept = Object.entries({ ...tag.macros, ...macros }).filter(
        ([name]) => !of.list('remove_rpm_macros').includes(name),
      );
      tag.macros = Object.fromEntries(kept);
      nextEvent(state);
      return null;
    },
  ),
  removeSideTag: writes(['sidetag'], ({ state, user, of }) => {
    removeTag(state, ownSideTag(tagOf(state, of.any('sidetag')), user), user.name);
    return null;
  }),
  listSideTags: reads(['basetag', 'user', 'queryOpts'], ({ state, of }) =>
    state.tags
      .filter((t) => t.sideOf !== null)
      .filter((t) => of.any('basetag') === null || t.sideOf === tagOf(state, of.any('basetag')).id)
      .filter((t) => of.any('user') === null || userOf(state, of.any('user'))?.id === t.owner)
      .map((t) => ({
        id: t.id,
        name: t.name,
        user_id: String(t.owner),
        user_name: userOf(state, t.owner)?.name ?? null,
      })),
  ),
};

/** With all that is in it, by one event. It is kept under another name: the hub keeps the history of a deleted tag. */
export function removeTag(state: HubState, tag: FakeTag, by: string | null): void {
  const event = nextEvent(state);
  const there = state.taggings.filter((t) => t.tag_id === tag.id && t.revoke_event === null);
  for (const tagging of there) Object.assign(tagging, { revoke_event: event, revoker: by });
  const target = state.targets.findIndex((t) => t.name === tag.name);
  if (target >= 0) state.targets.splice(target, 1);
  const gone = { name: `${tag.name}${deletedSuffix}`, sideOf: null, deleted: { event, by } };
  state.tags[state.tags.indexOf(tag)] = { ...tag, ...gone };
}

/** tag_config of queryHistory. */
export function configRows({ created, createdTs, deleted }: FakeTag): readonly RpcStruct[] {
  const revoked = { revoke_event: deleted?.event ?? null, revoker_name: deleted?.by ?? null };
  return [{ create_event: created, create_ts: createdTs ?? nowTs(), ...revoked }];
}

function assertPolicy(state: HubState, user: FakeUser): void {
  const policy = state.policies?.['sidetag'] ?? 'allow';
  if (!policy.startsWith('allow')) throw refused(policy);
  const held = state.tags.filter((t) => t.sideOf !== null && t.owner === user.id).length;
  if (state.sideTagQuota !== undefined && held >= state.sideTagQuota) throw refused('deny too many side tags');
}

function refused(policy: string): HubFault {
  return new HubFault('ActionNotAllowed', `policy violation (sidetag): ${policy}`);
}

/** The build tag's own extra says which: a list with patterns, on older hubs a flag for all. */
function assertMacros(base: FakeTag, names: readonly RpcValue[]): void {
  if (names.length === 0) return;
  const allowed = base.extra?.['sidetag_rpm_macros_allowed'];
  const patterns = typeof allowed === 'string' ? allowed.split(/\s+/) : Array.isArray(allowed) ? allowed : [];
  if (allowed === true) return;
  if (patterns.length === 0) throw new HubFault('GenericError', 'RPM macros change is not allowed in parent tag.');
  const bad = names.find((name) => !patterns.some((one) => fits(String(one), String(name))));
  if (bad === undefined) return;
  throw new HubFault('GenericError', `RPM macro ${String(bad)} editing is not allowed via parent tag`);
}

function fits(pattern: string, name: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  return rest.length === 0 ? name === head : name.startsWith(head) && name.endsWith(rest.at(-1)!);
}

function ownSideTag(tag: FakeTag, user: FakeUser): FakeTag {
  if (tag.sideOf === null) throw new HubFault('GenericError', `Not a sidetag: ${tag.name}`);
  if (tag.owner === user.id || user.perms.includes('admin')) return tag;
  throw new HubFault('ActionNotAllowed', 'This is not your sidetag');
}
