import type { RpcStruct } from '../../xml-rpc/value';
import { HubFault } from '../hub-fault';
import { buildOf, findBuild, findTag, nameOfTag, nvrOfBuild, tagEverOf, tagOf, taskOf } from '../look-up';
import { reads, writes, type Methods } from '../method';
import type { FakeArchive, FakeRpm, FakeTag, FakeTagging } from '../state';
import { buildRow, packageIdOf, rpmRow, tagRow } from '../rows';
import { cancelFamily } from '../tasks';
import { configRows } from './side-tags';

export const buildMethods: Methods = {
  getBuild: reads(['buildInfo', 'strict'], ({ state, of }) => {
    const build = of.flag('strict') ? buildOf(state, of.any('buildInfo')) : findBuild(state, of.any('buildInfo'));
    return build ? buildRow(state, build) : null;
  }),
  listBuilds: reads(['packageID', 'userID', 'taskID', 'state', 'createdAfter', 'draft', 'queryOpts'], ({ state, of }) =>
    state.builds
      .filter(
        (b) => of.any('packageID') === null || [b.name, packageIdOf(b.name)].includes(of.any('packageID') as string),
      )
      .filter((b) => b.start_ts >= of.numberOr('createdAfter', 0))
      .filter((b) => of.any('taskID') === null || b.task_id === of.any('taskID'))
      .filter((b) => of.any('userID') === null || b.owner === of.any('userID'))
      .filter((b) => of.any('state') === null || b.state === of.any('state'))
      .map((b) => buildRow(state, b)),
  ),
  cancelBuild: writes(['buildID', 'strict'], ({ state, of }) => {
    const build = buildOf(state, of.any('buildID'));
    if (build.state !== 0) return false;
    if (build.task_id === null) build.state = 4;
    else cancelFamily(state, taskOf(state, build.task_id));
    return true;
  }),
  promoteBuild: writes(['build', 'force'], ({ state, of }) => {
    const build = buildOf(state, of.any('build'));
    if (!build.draft) throw new HubFault('GenericError', `Not a draft build: ${nvrOfBuild(build)}`);
    if (build.state !== 1)
      throw new HubFault('GenericError', `Cannot promote build ${build.id}. state (BUILDING) is not COMPLETE.`);
    const release = build.release.split(',')[0]!;
    if (findBuild(state, nvrOfBuild({ ...build, release }))) {
      throw new HubFault(
        'GenericError',
        `Cannot promote build ${nvrOfBuild(build)}. Reason: Target build already exists`,
      );
    }
    Object.assign(build, { release, draft: false });
    return buildRow(state, build);
  }),
  listTags: reads(['build', 'package', 'perms', 'queryOpts'], ({ state, of }) => {
    const build = buildOf(state, of.any('build'));
    const there = state.taggings.filter((t) => t.build_id === build.id && t.revoke_event === null);
    return there.map((t) => tagRow(tagOf(state, t.tag_id)));
  }),
  queryHistory: reads(
    ['tables', 'tag', 'build', 'package', 'afterEvent', 'beforeEvent', 'active'],
    ({ state, of }): RpcStruct => {
      const tag = of.any('tag') === null ? null : tagEverOf(state, of.any('tag'));
      const build = of.any('build') === null ? null : buildOf(state, of.any('build'));
      const after = of.numberOr('afterEvent', 0);
      if (of.list('tables').includes('tag_config')) return { tag_config: tag ? configRows(tag) : [] };
      if (of.list('tables').includes('tag_packages')) {
        return { tag_packages: packageRows(tag ? [tag] : state.tags, after) };
      }
      const rows = state.taggings
        .filter((t) => tag === null || t.tag_id === tag.id)
        .filter((t) => build === null || t.build_id === build.id)
        .filter((t) => t.create_event > after || (t.revoke_event ?? 0) > after)
        .map((t) => {
          const { name, version, release } = buildOf(state, t.build_id);
          const active = t.revoke_event === null ? true : null;
          const names = { creator_name: t.creator ?? null, revoker_name: t.revoker ?? null };
          return {
            ...tagging(t),
            ...names,
            name,
            version,
            release,
            active,
            'tag.name': nameOfTag(tagOf(state, t.tag_id)),
          };
        });
      return { tag_listing: rows };
    },
  ),
  listRPMs: reads(
    ['buildID', 'buildrootID', 'imageID', 'componentBuildrootID', 'hostID', 'arches', 'queryOpts'],
    ({ state, of }) => {
      const root = of.any('componentBuildrootID');
      const image = state.archives.find((a) => a.id === of.any('imageID'));
      if (image) return state.rpms.filter((r) => image.rpms.includes(r.id)).map(rpmRow);
      if (root === null) return state.rpms.filter((r) => r.build_id === of.any('buildID')).map(rpmRow);
      const ids = state.buildroots.find((b) => b.id === root)?.rpms ?? [];
      return state.rpms.filter((r) => ids.includes(r.id)).map(rpmRow);
    },
  ),
  getRPM: reads(['rpminfo', 'strict', 'multi'], ({ state, of }) => {
    const asked = of.any('rpminfo');
    const nvra = (r: FakeRpm): string => `${r.name}-${r.version}-${r.release}.${r.arch}`;
    const found = state.rpms.find((r) => r.id === asked || nvra(r) === asked);
    return found ? rpmRow(found) : null;
  }),
  listArchives: reads(['buildID', 'buildrootID', 'componentBuildrootID', 'type', 'queryOpts'], ({ state, of }) =>
    state.archives.filter((a) => a.build_id === of.any('buildID')).map(archiveRow),
  ),
  getArchive: reads(['archive_id', 'strict'], ({ state, of }) => {
    const archive = state.archives.find((a) => a.id === of.any('archive_id'));
    return archive ? archiveRow(archive) : null;
  }),
  listBuildroots: reads(
    ['hostID', 'tagID', 'state', 'rpmID', 'archiveID', 'taskID', 'buildrootID', 'queryOpts'],
    ({ state, of }) =>
      state.buildroots
        .filter((b) => b.task_id === of.any('taskID'))
        .map(({ id, arch, task_id, repo_id, repo_create_event, tag_id }) => {
          const tag_name = findTag(state, tag_id)?.name ?? null;
          return {
            id,
            arch,
            task_id,
            repo_id,
            tag_id,
            tag_name,
            repo_create_event_id: repo_create_event,
            br_type: 0,
            state: 3,
          };
        }),
  ),
  getRPMDeps: reads(['rpmID', 'depType', 'queryOpts', 'strict'], ({ state, of }) => {
    const rpm = state.rpms.find((r) => r.id === of.any('rpmID'));
    const row = (type: number) => (name: string) => ({ name, version: '', flags: 0, type });
    return rpm ? [...rpm.requires.map(row(0)), ...rpm.provides.map(row(1))] : [];
  }),
  listRPMFiles: reads(['rpmID', 'queryOpts'], ({ state, of }) => {
    const rpm = state.rpms.find((r) => r.id === of.any('rpmID'));
    return rpm ? [{ name: `/usr/share/doc/${rpm.name}/README` }] : [];
  }),
  buildReferences: reads(['build', 'limit', 'lazy'], ({ state, of }) => {
    const build = buildOf(state, of.any('build'));
    const own = new Set(state.rpms.filter((r) => r.build_id === build.id).map((r) => r.id));
    const roots = new Set(state.buildroots.filter((b) => b.rpms.some((id) => own.has(id))).map((b) => b.id));
    const users = state.rpms.filter((r) => roots.has(r.buildroot_id)).map((r) => r.build_id);
    const tags = state.taggings
      .filter((t) => t.build_id === build.id && t.revoke_event === null)
      .map(({ tag_id }) => ({ tag_id, name: tagOf(state, tag_id).name }));
    const images = state.archives.filter((a) => a.rpms.some((id) => own.has(id))).map((a) => a.id);
    return { tags, rpms: [], component_of: [...new Set(users)], archives: [], images, last_used: null };
  }),
};

function archiveRow({ id, filename, build_id }: FakeArchive): RpcStruct {
  return { id, filename, build_id, btype: 'image', checksum: null, extra: {} };
}

function tagging({ build_id, tag_id, create_event, revoke_event }: FakeTagging): RpcStruct {
  return { build_id, tag_id, create_event, revoke_event };
}

function packageRows(tags: readonly FakeTag[], after: number): RpcStruct[] {
  const all = tags.flatMap((tag) => tag.packages.map((one) => ({ ...one, tag: tag.name })));
  const changed = all.filter((one) => (one.changed ?? 0) > after);
  return changed.map((one) => ({
    ...{
      'package.name': one.name,
      'tag.name': one.tag,
      blocked: one.blocked,
      create_event: one.changed ?? 0,
      revoke_event: null,
    },
  }));
}
