import { toAppError } from '@millrace/kernel';
import { connectToHub, type KojiHub, type KojiOptions } from '@millrace/koji';
import { hubFacts, type HubFeatures } from './hub-facts';
import type { KojiRelease, KojiTarget } from './settings';

/** One thing that was looked at. `wrong` keeps cascades from running there; `note` is worth knowing. */
export interface KojiFinding {
  readonly what: string;
  readonly verdict: 'right' | 'wrong' | 'note';
  readonly says: string;
  readonly remedy: string | null;
}

/** Methods without which nothing goes. */
const needed = [
  ...['build', 'cancelTask', 'getBuild', 'getBuildTarget', 'getPackageConfig', 'getTaskDescendents', 'getTaskInfo'],
  ...['getTaskResult', 'listBuilds', 'listRPMs', 'listTagged', 'listTags', 'listTasks', 'moveBuild', 'queryHistory'],
  ...['repoInfo', 'tagBuild', 'tagLastChangeEvent', 'untagBuild'],
];

/**
 * Looks at a hub as a cascade would use it: reachable, new enough, what it can do, who we are and what we may, and
 * whether targets, tags and builders of the releases are there. Changes nothing.
 */
export async function checkKoji(
  options: KojiOptions,
  releases: ReadonlyMap<string, KojiRelease>,
): Promise<readonly KojiFinding[]> {
  const hub = connectToHub({ ...options, pace: { tries: 2, intervalMs: 500 } });
  try {
    const facts = hubFacts(hub);
    const features = await facts.features();
    const { sideTags, version } = features;
    const about = [
      right('hub', `Koji ${version} answers at ${options.url}`),
      ...(await methods(hub)),
      ...abilities(features),
    ];
    const who = await session(hub, options);
    const places = await Promise.all(
      [...releases].flatMap(([name, release]) =>
        targetsIn(release).map((one) => target(hub, name, one, { sideTags, features })),
      ),
    );
    return [...about, ...who, ...places.flat(), ...(await builders(hub))];
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return [wrong('hub', message, remedy ?? `check the address (${options.url}), proxy and certificate authority`)];
  } finally {
    await hub.close().catch(() => undefined);
  }
}

async function methods(hub: KojiHub): Promise<readonly KojiFinding[]> {
  const there = new Set(await hub.listMethods());
  const missing = needed.filter((name) => !there.has(name));
  if (missing.length === 0) return [right('api', `all ${needed.length} methods that are needed are there`)];
  return [wrong('api', `it has no ${missing.join(', ')}`, 'use a hub of version 1.23 or later')];
}

function abilities({ drafts, waits, repoRequests, sideTags, containers }: HubFeatures): readonly KojiFinding[] {
  const order = waits
    ? 'dependants wait in Koji (wait_repo, wait_builds)'
    : 'dependants are submitted when the repository has what they need';
  const able = (what: string, is: boolean, without: string): KojiFinding =>
    is ? right(what, 'yes') : note(what, 'no', without);
  return [
    right('order', order),
    able('drafts', drafts, 'every rebuild needs a release of its own'),
    able('side tags', sideTags, 'say `isolation: target`; cascades of a release then share its build tag'),
    able(
      'repo requests',
      repoRequests,
      'repositories are made by newRepo (permission regen-repo) or by the hub itself',
    ),
    able('containers', containers, 'containers need another build system'),
  ];
}

async function session(hub: KojiHub, { login }: KojiOptions): Promise<readonly KojiFinding[]> {
  if (!login) return [note('login', 'none is configured: the hub is only read', 'add `login` to its settings')];
  try {
    const [me, perms] = [await hub.write.getLoggedInUser(), await hub.write.getPerms()];
    if (me.kind === 'happened' || perms.kind === 'happened') return [note('login', 'the session was cut', 'try again')];
    const held = perms.value.length === 0 ? 'none' : [...perms.value].sort().join(', ');
    return [right('login', `${me.value.name} (${login.kind})`), right('permissions', held)];
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return [wrong('login', message, remedy ?? 'check user, password file, certificate or ticket')];
  }
}

interface Named {
  readonly type: string;
  readonly target: KojiTarget | undefined;
}

function targetsIn(release: KojiRelease): readonly Named[] {
  return (['rpm', 'container', 'image'] as const)
    .filter((type) => type in release)
    .map((type) => ({ type, target: release[type] }));
}

interface Hub {
  readonly sideTags: boolean;
  readonly features: HubFeatures;
}

async function target(hub: KojiHub, release: string, { type, target: wanted }: Named, can: Hub) {
  const what = `${release} ${type}`;
  if (!wanted?.target) return [wrong(what, 'it names no target', `add build_targets.${type}.target to the definition`)];
  const found = await hub.getBuildTarget(wanted.target);
  if (!found)
    return [wrong(what, `there is no target ${wanted.target}`, `correct it, or: koji add-target ${wanted.target}`)];
  const { build_tag_name: from, dest_tag_name: to } = found;
  const says = `target ${wanted.target}: builds in ${from}, candidates in ${to}`;
  return [right(what, says), ...(await tags(hub, what, wanted, { from, to })), ...wishes(what, wanted, can)];
}

async function tags(hub: KojiHub, what: string, { tag }: KojiTarget, { from, to }: { from: string; to: string }) {
  const base = tag === '' ? to : tag;
  if (!(await hub.getTag(base)))
    return [wrong(what, `there is no tag ${base}`, `correct it, or: koji add-tag ${base}`)];
  const line = (await hub.getInheritance(from)).map((one) => one.name);
  if (from === base || line.includes(base))
    return [right(what, `what lands in ${base} is seen by later builds in ${from}`)];
  const remedy = `koji add-tag-inheritance ${from} ${base}`;
  return [wrong(what, `build tag ${from} does not inherit ${base}: what lands would not be built with`, remedy)];
}

function wishes(what: string, { isolation, drafts }: KojiTarget, { sideTags, features }: Hub): readonly KojiFinding[] {
  const side = isolation === 'side-tag' && !sideTags;
  return [
    ...(side ? [wrong(what, 'it wants side tags, and the hub has none', 'say `isolation: target`')] : []),
    ...(drafts && !features.drafts
      ? [wrong(what, 'it wants drafts, and the hub has none', 'say `drafts: false`')]
      : []),
  ];
}

async function builders(hub: KojiHub): Promise<readonly KojiFinding[]> {
  const hosts = await hub.listHosts();
  const up = hosts.filter((host) => host.enabled && host.ready !== false);
  const [capacity, load] = [sum(up.map((host) => host.capacity)), sum(up.map((host) => host.task_load))];
  const says = `${up.length} of ${hosts.length} are up, load ${load.toFixed(1)} of ${capacity.toFixed(1)}`;
  if (up.length === 0) return [wrong('builders', says, 'start kojid on a builder')];
  const arches = [...new Set(up.flatMap((host) => (host.arches ?? '').split(/\s+/)))].filter(Boolean).sort();
  return [right('builders', `${says}; architectures: ${arches.join(', ')}`)];
}

function sum(numbers: readonly (number | null | undefined)[]): number {
  return numbers.reduce<number>((all, one) => all + (one ?? 0), 0);
}

function right(what: string, says: string): KojiFinding {
  return { what, verdict: 'right', says, remedy: null };
}

function wrong(what: string, says: string, remedy: string): KojiFinding {
  return { what, verdict: 'wrong', says, remedy };
}

function note(what: string, says: string, remedy: string | null): KojiFinding {
  return { what, verdict: 'note', says, remedy };
}
