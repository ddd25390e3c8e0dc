import type { KojiHub, Target } from '@millrace/koji';
import { landingPolicies, sideTagPolicy } from './check-policies';
import { note, right, wrong, type KojiFinding } from './finding';
import type { HubFeatures } from './hub-facts';
import type { KojiRelease, KojiTarget } from './settings';

/** Who we are there, and the permissions that we hold. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly perms: readonly string[];
}

export interface CheckedHub {
  readonly hub: KojiHub;
  readonly features: HubFeatures;
  /** null: nobody is logged in. */
  readonly who: Account | null;
}

export interface NamedTarget {
  /** `RELEASE TYPE`. */
  readonly what: string;
  readonly type: 'rpm' | 'container' | 'image';
  readonly target: KojiTarget | undefined;
}

/** Where releases are built: whether targets, tags and inheritance are there, and what we may do in them. */
export async function places(
  place: CheckedHub,
  releases: ReadonlyMap<string, KojiRelease>,
): Promise<readonly KojiFinding[]> {
  return (await Promise.all(targetsOf(releases).map((one) => look(place, one)))).flat();
}

export function targetsOf(releases: ReadonlyMap<string, KojiRelease>): readonly NamedTarget[] {
  return [...releases].flatMap(([name, release]) =>
    (['rpm', 'container', 'image'] as const)
      .filter((type) => type in release)
      .map((type) => ({ what: `${name} ${type}`, type, target: release[type] })),
  );
}

async function look(place: CheckedHub, { what, type, target: wanted }: NamedTarget): Promise<readonly KojiFinding[]> {
  if (!wanted?.target) return [wrong(what, 'it names no target', `add build_targets.${type}.target to the definition`)];
  const found = await place.hub.getBuildTarget(wanted.target);
  if (!found)
    return [wrong(what, `there is no target ${wanted.target}`, `correct it, or: koji add-target ${wanted.target}`)];
  const says = `target ${wanted.target}: builds in ${found.build_tag_name}, candidates in ${found.dest_tag_name}`;
  const base = wanted.tag === '' ? found.dest_tag_name : wanted.tag;
  return [
    right(what, says),
    ...(await tags(place, what, base, found)),
    ...(await landingPolicies(place, what, { base, ...landingOf(type, wanted, found, place) })),
    ...wishes(what, wanted, place),
    ...(type === 'rpm' && wanted.isolation === 'side-tag' ? await sideTagPolicy(place, what, found) : []),
    ...(type === 'container' && !wanted.repo_file ? [withoutRepoFile(what)] : []),
  ];
}

/** Images are tagged; so is what leaves a side tag, and the rest is moved out of the candidates. */
function landingOf(
  type: string,
  { isolation, drafts }: KojiTarget,
  { dest_tag_name: from }: Target,
  place: CheckedHub,
) {
  const moves = type === 'rpm' && isolation === 'target';
  return { from: moves ? from : null, promotes: type === 'rpm' && drafts && place.features.drafts };
}

async function tags(place: CheckedHub, what: string, base: string, { build_tag_name: from }: Target) {
  const { hub } = place;
  if (!(await hub.getTag(base)))
    return [wrong(what, `there is no tag ${base}`, `correct it, or: koji add-tag ${base}`)];
  const line = (await hub.getInheritance(from)).map((one) => one.name);
  const remedy = `koji add-tag-inheritance ${from} ${base}`;
  const seen =
    from === base || line.includes(base)
      ? right(what, `what lands in ${base} is seen by later builds in ${from}`)
      : wrong(what, `build tag ${from} does not inherit ${base}: what lands would not be built with`, remedy);
  return [seen, ...(await access(place, what, base))];
}

/** The tag's own lock and permission, which the hub tells; its policies it tells nobody. */
async function access({ hub, who }: CheckedHub, what: string, base: string): Promise<readonly KojiFinding[]> {
  if (who === null || !(await hub.listMethods()).includes('checkTagAccess')) return [];
  const { may, because } = await hub.checkTagAccess(base, who.id);
  if (may) return [right(what, `${who.name} may tag into ${base}, as far as the tag itself is asked`)];
  const remedy = /locked/.test(because)
    ? `koji edit-tag --unlock ${base}, or land by hand`
    : `koji grant-permission ${/requires (\S+) permission/.exec(because)?.[1] ?? 'PERMISSION'} ${who.name}`;
  return [wrong(what, `${who.name} may not tag into ${base}, so nothing would land: ${because}`, remedy)];
}

function wishes(what: string, { isolation, drafts, priority }: KojiTarget, { features, who }: CheckedHub) {
  const side = isolation === 'side-tag' && !features.sideTags;
  const urgent = (priority ?? 0) < 0 && who !== null && !who.perms.includes('admin');
  return [
    ...(side ? [wrong(what, 'it wants side tags, and the hub has none', 'say `isolation: target`')] : []),
    ...(drafts && !features.drafts
      ? [wrong(what, 'it wants drafts, and the hub has none', 'say `drafts: false`')]
      : []),
    ...(urgent
      ? [wrong(what, `priority ${priority} needs the permission admin`, 'say `priority: 0`, or leave it out')]
      : []),
  ];
}

function withoutRepoFile(what: string): KojiFinding {
  const says = 'no repo_file: builders get the address of the repository itself, and OSBS wants a .repo file';
  return note(what, says, "say `repo_file: 'https://SCHEDULER/repositories/v1/NAME/{tag}/{repo}.repo'`");
}
