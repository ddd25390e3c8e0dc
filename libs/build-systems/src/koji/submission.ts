import { AppError } from '@millrace/kernel';
import type { TaskId, Target, KojiHub } from '@millrace/koji';
import { parseComponentId } from '@millrace/kernel';
import type { BuildRef, Order, Place } from '../build-system';
import { once } from './intents';
import { buildOfTask } from './look';
import { markerFor, markerOf } from './marker';
import { refOfTask, taskOfRef } from './ref';
import type { KojiParts, KojiRelease } from './settings';

const pageOfTasks = 500;
/** What was submitted longer ago is not looked for: the hub forgets nothing, but nobody retries it either. */
const lookBackSeconds = 30 * 24 * 3600;

export async function submit(parts: KojiParts, key: string, order: Order, place: Place): Promise<BuildRef> {
  const release = releaseOf(parts, order.release);
  const source = await sourceOf(parts, key, order);
  const target = await checkedTarget(parts.hub, release.isolation === 'side-tag' ? place.id : release.target);
  const tag = release.isolation === 'side-tag' ? release.baseTag : target.dest_tag_name;
  await checkListed(parts.hub, tag, order);
  const options = {
    ...{ draft: release.drafts, skip_tag: release.isolation === 'side-tag', wait_repo: true },
    wait_builds: await nvrsOf(parts, order.needs),
    custom_user_metadata: markerFor(key, order),
  };
  const id = await once(parts, {
    name: `build ${key}`,
    lookUp: () => findTask(parts.hub, key),
    send: (write, before) => write.build(source, target.name, options, { before }),
  });
  return refOfTask(id);
}

/** Our task with this key, by the marker that the hub keeps. The first, should there ever be two. */
export async function findTask(hub: KojiHub, key: string): Promise<TaskId | null> {
  const me = await hub.write.getLoggedInUser();
  if (me.kind === 'happened') return findTask(hub, key);
  const createdAfter = Date.now() / 1000 - lookBackSeconds;
  for (let offset = 0; ; offset += pageOfTasks) {
    const filter = { owner: me.value.id, method: 'build', createdAfter };
    const page = await hub.listTasks(filter, { limit: pageOfTasks, offset, order: '-id' });
    const found = page.filter((task) => markerOf(task)?.millrace_key === key).at(-1);
    if (found) return found.id;
    if (page.length < pageOfTasks) return null;
  }
}

export function releaseOf({ options }: KojiParts, name: string): KojiRelease {
  const release = Object.hasOwn(options.releases, name) ? options.releases[name] : undefined;
  if (release) return release;
  throw new AppError({
    code: 'koji-release-unknown',
    kind: 'invalid',
    message: `release ${name} has no target in Koji`,
    remedy: 'name its target in the release definition',
  });
}

/** The hub takes any text for a target and fails much later, in the builder. */
async function checkedTarget(hub: KojiHub, name: string): Promise<Target> {
  const target = await hub.getBuildTarget(name);
  if (target) return target;
  throw new AppError({
    code: 'koji-target-unknown',
    kind: 'invalid',
    message: `the hub has no build target ${name}`,
    remedy: 'correct the target of the release, or ask for it (koji add-target)',
  });
}

async function checkListed(hub: KojiHub, tag: string, order: Order): Promise<void> {
  const { name } = parseComponentId(order.component);
  const entry = await hub.getPackageEntry(tag, name);
  if (entry && !entry.blocked) return;
  throw new AppError({
    code: 'koji-package-not-listed',
    kind: 'invalid',
    message: `package ${name} is ${entry ? 'blocked in' : 'not in the list of'} tag ${tag}`,
    remedy: `koji add-pkg --owner USER ${tag} ${name}`,
  });
}

async function sourceOf(parts: KojiParts, key: string, { source }: Order): Promise<string> {
  switch (source.kind) {
    case 'git':
      return `git+${source.url}#${source.commit}`;
    case 'srpm':
      return parts.hub.upload(source.path, `millrace/${key.replace(/[^A-Za-z0-9_-]/g, '_')}`);
    case 'folder':
      throw new AppError({
        code: 'koji-source-local',
        kind: 'invalid',
        message: `Koji cannot build the folder ${source.path}`,
        remedy: 'give a commit of a repository that its builders reach, or a source package',
      });
  }
}

async function nvrsOf(parts: KojiParts, needs: readonly BuildRef[]): Promise<readonly string[]> {
  const tasks = needs.filter((ref) => ref.startsWith('task-')).map(taskOfRef);
  const builds = await Promise.all(tasks.map((id) => buildOfTask(parts, id)));
  return builds.flatMap((build) => (build ? [build.nvr] : []));
}
