import type { RpcStruct } from '../xml-rpc/value';
import { nvrOfBuild, tagOf, userOf } from './look-up';
import type { FakeBuild, FakeRepo, FakeRpm, FakeTag, FakeTarget, FakeTask, HubState } from './state';

export function taskRow(task: FakeTask, request: boolean): RpcStruct {
  const { id, state, method, arch, label, parent, owner, priority, host_id } = task;
  return {
    ...{ id, state, method, arch, label, parent, owner, priority, host_id },
    ...{ channel_id: 1, weight: 1, waiting: false, awaited: false },
    ...times('create', task.create_ts),
    ...times('start', task.start_ts),
    ...times('completion', task.completion_ts),
    ...(request ? { request: task.request } : {}),
  };
}

/** Packages have no rows of their own here: an id that follows from the name. */
export function packageIdOf(name: string): number {
  return [...name].reduce((id, letter) => (id * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

export function buildRow(state: HubState, build: FakeBuild): RpcStruct {
  const { id, name, version, release, task_id, source, extra, draft, creation_event_id } = build;
  return {
    ...{
      id,
      build_id: id,
      name,
      package_name: name,
      package_id: packageIdOf(name),
      version,
      release,
      nvr: nvrOfBuild(build),
      epoch: null,
    },
    ...{ state: build.state, task_id, source, extra, draft, creation_event_id, cg_id: null, cg_name: null },
    ...{ owner_id: build.owner, owner_name: userOf(state, build.owner)?.name ?? null, volume_name: 'DEFAULT' },
    ...times('creation', build.start_ts),
    ...times('start', build.start_ts),
    ...times('completion', build.completion_ts),
  };
}

export function tagRow(tag: FakeTag, owner: string | null = null): RpcStruct {
  const { id, name, arches, locked = false, perm = null } = tag;
  const side: RpcStruct = tag.sideOf === null ? {} : { sidetag: true, sidetag_user: owner, sidetag_user_id: tag.owner };
  const macros = Object.fromEntries(
    Object.entries(tag.macros ?? {}).map(([macro, value]) => [`rpm.macro.${macro}`, value]),
  );
  const extra = { ...tag.extra, ...side, ...macros };
  return { id, name, arches, locked, maven_support: false, perm, perm_id: perm === null ? null : 1, extra };
}

export function targetRow(state: HubState, { id, name, build_tag, dest_tag }: FakeTarget): RpcStruct {
  const named = { build_tag_name: tagOf(state, build_tag).name, dest_tag_name: tagOf(state, dest_tag).name };
  return { id, name, build_tag, dest_tag, ...named };
}

export function rpmRow(rpm: FakeRpm): RpcStruct {
  const { id, name, version, release, arch, build_id, buildroot_id } = rpm;
  return {
    ...{ id, name, version, release, arch, build_id, buildroot_id, epoch: null, size: 1024, buildtime: 0 },
    ...{ nvr: `${name}-${version}-${release}`, payloadhash: '0'.repeat(32), external_repo_name: 'INTERNAL' },
  };
}

export function repoRow(state: HubState, repo: FakeRepo): RpcStruct {
  const { id, create_event, begin_event, task_id, tag_id } = repo;
  const tag_name = tagOf(state, tag_id).name;
  return { id, state: repo.state, create_event, begin_event, end_event: null, task_id, tag_id, tag_name, dist: false };
}

/** Koji says every time twice: as text and as seconds. */
function times(name: string, ts: number | null): RpcStruct {
  const text = ts === null ? null : new Date(ts * 1000).toISOString().replace('T', ' ').replace('Z', '000+00:00');
  return { [`${name}_time`]: text, [`${name}_ts`]: ts };
}
