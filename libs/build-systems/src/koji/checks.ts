import { toAppError } from '@millrace/kernel';
import { connectToHub, type KojiHub, type KojiOptions } from '@millrace/koji';
import { builders } from './check-builders';
import { places, type Account } from './check-places';
import { note, right, wrong, type KojiFinding } from './finding';
import { hubFacts, type HubFeatures } from './hub-facts';
import type { KojiRelease } from './settings';
import { trySideTags } from './try-side-tags';

/** Methods without which nothing goes. */
const needed = [
  ...['build', 'cancelTask', 'getBuild', 'getBuildTarget', 'getPackageConfig', 'getTaskDescendents', 'getTaskInfo'],
  ...['getTaskResult', 'listBuilds', 'listRPMs', 'listTagged', 'listTags', 'listTasks', 'moveBuild', 'queryHistory'],
  ...['repoInfo', 'tagBuild', 'tagLastChangeEvent'],
];

export interface CheckWishes {
  /** Makes a side tag of each release that wants them and removes it: only so the hub's policy is known. */
  readonly tries?: boolean;
}

/**
 * Looks at a hub as a cascade would use it: reachable, new enough, what it can do, who we are and what we may, and
 * whether targets, tags, channels and builders of the releases are there. Changes nothing unless it may try.
 */
export async function checkKoji(
  options: KojiOptions,
  releases: ReadonlyMap<string, KojiRelease>,
  { tries = false }: CheckWishes = {},
): Promise<readonly KojiFinding[]> {
  const hub = connectToHub({ ...options, pace: { tries: 2, intervalMs: 500 } });
  try {
    const features = await hubFacts(hub).features();
    const who = await session(hub, options);
    const place = { hub, features, who: who.account };
    return [
      right('hub', `Koji ${features.version} answers at ${options.url}`),
      ...(await methods(hub)),
      ...abilities(features),
      ...who.findings,
      ...repositories(features, who.account),
      ...(await places(place, releases)),
      ...(tries ? await trySideTags(place, releases) : []),
      ...(await builders(hub, releases)),
    ];
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

interface Who {
  readonly account: Account | null;
  readonly findings: readonly KojiFinding[];
}

async function session(hub: KojiHub, { login }: KojiOptions): Promise<Who> {
  const nobody = (finding: KojiFinding): Who => ({ account: null, findings: [finding] });
  if (!login) return nobody(note('login', 'none is configured: the hub is only read', 'add `login` to its settings'));
  try {
    const [me, perms] = [await hub.write.getLoggedInUser(), await hub.write.getPerms()];
    if (me.kind === 'happened' || perms.kind === 'happened')
      return nobody(note('login', 'the session was cut', 'try again'));
    const held = perms.value.length === 0 ? 'none' : [...perms.value].sort().join(', ');
    const findings = [right('login', `${me.value.name} (${login.kind})`), right('permissions', held)];
    return { account: { ...me.value, perms: perms.value }, findings };
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return nobody(wrong('login', message, remedy ?? 'check user, password file, certificate or ticket'));
  }
}

/** Without requests somebody must make repositories: we by newRepo, or the hub by itself. */
function repositories({ repoRequests }: HubFeatures, account: Account | null): readonly KojiFinding[] {
  const may = account?.perms.some((perm) => ['admin', 'regen-repo', 'repo'].includes(perm)) ?? false;
  if (repoRequests || account === null || may) return [];
  const says = `${account.name} may not make repositories (newRepo): dependants wait until the hub regenerates them`;
  return [note('repositories', says, `koji grant-permission regen-repo ${account.name}`)];
}
