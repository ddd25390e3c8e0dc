import type { RpcStruct } from '../../xml-rpc/value';
import { HubFault } from '../hub-fault';
import { buildOf, findTag, isListed, lastChangeOf, lineOf, nvrOfBuild, tagOf, taggedIn, userOf } from '../look-up';
import { reads, writes, type Arguments, type Methods } from '../method';
import { buildRow, repoRow, rpmRow, tagRow, targetRow } from '../rows';
import { nextEvent, nowTs, type FakeBuild, type FakeTag, type FakeUser, type HubState } from '../state';
import { makeTask, takeOut } from '../tasks';

export const tagMethods: Methods = {
  getTag: reads(['tagInfo', 'strict', 'event', 'blocked'], ({ state, of }) => {
    const tag = of.flag('strict') ? tagOf(state, of.any('tagInfo')) : findTag(state, of.any('tagInfo'));
    return tag ? tagRow(tag, userOf(state, tag.owner)?.name ?? null) : null;
  }),
  getBuildConfig: reads(['tag', 'event'], ({ state, of }) => {
    const tag = tagOf(state, of.any('tag'));
    const arches = lineOf(state, tag).find((one) => one.arches !== '')?.arches ?? '';
    return { ...tagRow(tag), arches };
  }),
  checkTagAccess: reads(['tag_id', 'user_id'], ({ state, of }) => {
    const user = userOf(state, of.any('user_id'));
    if (!user) throw new HubFault('GenericError', 'a user_id is required');
    const because = accessProblem(tagOf(state, of.any('tag_id')), user);
    return [because === null, user.perms.includes('admin'), because ?? ''];
  }),
  getBuildTarget: reads(['info', 'event', 'strict'], ({ state, of }) => {
    const target = state.targets.find((t) => t.name === of.any('info') || t.id === of.any('info'));
    return target ? targetRow(state, target) : null;
  }),
  listTagged: reads(
    ['tag', 'event', 'inherit', 'prefix', 'latest', 'package', 'owner', 'type', 'strict', 'extra', 'draft'],
    ({ state, of }) => taggedRows(state, of, { inherit: of.flag('inherit'), latest: of.flag('latest') }),
  ),
  getLatestBuilds: reads(['tag', 'event', 'package', 'type', 'draft'], ({ state, of }) =>
    taggedRows(state, of, { inherit: true, latest: true }),
  ),
  listTaggedRPMS: reads(
    ['tag', 'event', 'inherit', 'latest', 'package', 'arch', 'rpmsigs', 'owner', 'type', 'strict', 'extra', 'draft'],
    ({ state, of }) => {
      const builds = taggedRows(state, of, { inherit: of.flag('inherit'), latest: of.flag('latest') });
      const ids = new Set(builds.map((one) => one['build_id']));
      return [state.rpms.filter((one) => ids.has(one.build_id)).map(rpmRow), builds];
    },
  ),
  getPackageConfig: reads(['tag', 'pkg', 'event'], ({ state, of }) => {
    const line = lineOf(state, tagOf(state, of.any('tag')));
    const rows = line.flatMap((t) => t.packages.map((p) => ({ tag_name: t.name, p })));
    const found = rows.find(({ p }) => p.name === of.any('pkg'));
    if (!found) return null;
    return {
      package_name: found.p.name,
      tag_name: found.tag_name,
      blocked: found.p.blocked,
      owner_name: found.p.owner,
    };
  }),
  packageListAdd: writes(
    ['taginfo', 'pkginfo', 'owner', 'block', 'extra_arches', 'force', 'update'],
    ({ state, user, of }) => {
      const tag = ownTag(tagOf(state, of.any('taginfo')), user);
      tag.packages.push({
        name: of.text('pkginfo'),
        owner: userOf(state, of.any('owner'))?.name ?? user.name,
        blocked: of.flag('block'),
      });
      nextEvent(state);
      return null;
    },
  ),
  getFullInheritance: reads(['tag', 'event', 'reverse'], ({ state, of }) =>
    lineOf(state, tagOf(state, of.any('tag')))
      .slice(1)
      .map((t) => ({ parent_id: t.id, name: t.name, currdepth: 1, noconfig: false, intransitive: false })),
  ),
  tagBuild: writes(['tag', 'build', 'force', 'fromtag'], ({ state, user, of }) => {
    const { tag, build } = movable(state, of.any('tag'), of.any('build'), user);
    return makeTask(state, { method: 'tagBuild', request: [tag.id, build.id, of.flag('force')], owner: user.id }).id;
  }),
  moveBuild: writes(['tag1', 'tag2', 'build', 'force'], ({ state, user, of }) => {
    const { tag, build } = movable(state, of.any('tag2'), of.any('build'), user);
    const from = tagOf(state, of.any('tag1'));
    return makeTask(state, { method: 'tagBuild', request: [tag.id, build.id, false, from.id], owner: user.id }).id;
  }),
  untagBuild: writes(['tag', 'build', 'strict', 'force'], ({ state, user, of }) => {
    const tag = tagOf(state, of.any('tag'));
    const build = buildOf(state, of.any('build'));
    if (takeOut(state, tag.id, build.id, user.id)) return null;
    throw new HubFault('TagError', `build ${nvrOfBuild(build)} not in tag ${tag.name}`);
  }),
  evalPolicy: reads(['name', 'data'], ({ state, of }) => {
    const name = of.text('name');
    const said = state.policies?.[name];
    // As a hub comes: `is_build_owner` looks at the build.
    const looks = name === 'draft_promotion' && said === undefined && of.struct('data')['build'] === undefined;
    if (looks) throw new HubFault('PythonError', "<class 'KeyError'>: 'build'");
    return said ?? 'allow';
  }),
  tagLastChangeEvent: reads(['tag', 'before', 'inherit'], ({ state, of }) =>
    lastChangeOf(state, tagOf(state, of.any('tag'))),
  ),
  getLastEvent: reads(['before', 'strict'], ({ state, of }) => {
    // It keeps no times of its events: all of them are younger than any question.
    if (of.any('before') !== null) throw new HubFault('GenericError', 'query returned no rows');
    return { id: state.lastEvent, ts: nowTs() };
  }),
  getRepo: reads(['tag', 'state', 'event', 'dist', 'min_event'], ({ state, of }) => {
    const tag = tagOf(state, of.any('tag'));
    const repo = state.repos.findLast((r) => r.tag_id === tag.id && r.state === of.numberOr('state', 1));
    return repo ? repoRow(state, repo) : null;
  }),
  repoInfo: reads(['repo_id', 'strict'], ({ state, of }) => {
    const repo = state.repos.find((r) => r.id === of.any('repo_id'));
    return repo ? repoRow(state, repo) : null;
  }),
};

function taggedRows(
  state: HubState,
  of: Arguments,
  how: { readonly inherit: boolean; readonly latest: boolean },
): readonly RpcStruct[] {
  const draft = of.any('draft') === null ? null : of.flag('draft');
  const wish = { ...how, event: of.numberOr('event', null), draft };
  return taggedIn(state, tagOf(state, of.any('tag')), wish)
    .filter(({ build }) => of.any('package') === null || build.name === of.any('package'))
    .map(({ build, tag, tagging }) => {
      const { extra: _extra, source: _source, ...row } = buildRow(state, build);
      return { ...row, tag_id: tag.id, tag_name: tag.name, create_event: tagging.create_event };
    });
}

function ownTag(tag: FakeTag, user: FakeUser): FakeTag {
  if (tag.owner === user.id || user.perms.includes('admin')) return tag;
  throw new HubFault('ActionNotAllowed', 'tag permission required');
}

function accessProblem({ locked, perm }: FakeTag, { perms }: FakeUser): string | null {
  if (locked) return 'tag is locked';
  return perm === undefined || perms.includes(perm) ? null : `tag requires ${perm} permission`;
}

function movable(
  state: HubState,
  tagName: Parameters<typeof tagOf>[1],
  of: Parameters<typeof buildOf>[1],
  user: FakeUser,
): { tag: FakeTag; build: FakeBuild } {
  const tag = tagOf(state, tagName);
  const problem = user.perms.includes('admin') ? null : accessProblem(tag, user);
  if (problem !== null) throw new HubFault('ActionNotAllowed', problem);
  const build = buildOf(state, of);
  if (isListed(state, tag, build.name)) return { tag, build };
  throw new HubFault('TagError', `Package ${build.name} not in list for ${tag.name}`);
}
