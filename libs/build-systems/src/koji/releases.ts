import { AppError, parseComponentId, type ComponentId } from '@millrace/kernel';
import type { KojiParts, KojiTarget } from './settings';

/** Where a release's RPMs are built: what its side tags are made of. Throws `koji-release-unknown` (invalid). */
export async function releaseOf(parts: KojiParts, name: string): Promise<KojiTarget> {
  return targetFor(parts, name, 'rpm');
}

/** Where a component's type is built. */
export async function targetOf(parts: KojiParts, release: string, component: ComponentId): Promise<KojiTarget> {
  const { type } = parseComponentId(component);
  if (type === 'rpm' || type === 'container' || type === 'image') return targetFor(parts, release, type);
  throw new AppError({
    code: 'koji-type-unknown',
    kind: 'invalid',
    message: `${parts.options.name} builds no ${type}`,
    remedy: 'name another build system for this type in build_systems of the release definition',
  });
}

async function targetFor(parts: KojiParts, name: string, type: 'rpm' | 'container' | 'image'): Promise<KojiTarget> {
  const release = await parts.options.releases.named(name);
  // A release of containers alone has its places where they are built.
  const target = release?.[type] ?? (type === 'rpm' ? (release?.container ?? release?.image) : undefined);
  if (target?.target) return target;
  throw new AppError({
    code: 'koji-release-unknown',
    kind: 'invalid',
    message: `release ${name} names no target for ${type} in ${parts.options.name}`,
    remedy: `add it to the release definition: build_targets: { ${type}: { target: NAME } }`,
  });
}

/** The tag that holds what has landed: the given one, or the target's destination. */
export async function baseTagOf(parts: KojiParts, release: string): Promise<string> {
  const { tag, target } = await releaseOf(parts, release);
  if (tag !== '') return tag;
  return (await knownTarget(parts, target)).dest_tag_name;
}

/** The hub takes any text for a target and fails much later, in the builder. */
export async function knownTarget(parts: KojiParts, name: string) {
  const target = await parts.hub.getBuildTarget(name);
  if (target) return target;
  throw new AppError({
    code: 'koji-target-unknown',
    kind: 'invalid',
    message: `the hub has no build target ${name}`,
    remedy: 'correct the target of the release, or ask for it (koji add-target)',
  });
}
