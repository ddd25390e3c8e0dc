import type { ComponentId } from '@millrace/kernel';
import { isFault, type TaggedBuild } from '@millrace/koji';
import { knownTarget } from './releases';
import type { KojiParts, KojiTarget } from './settings';

export interface Latest {
  readonly component: ComponentId;
  readonly tag: string;
  readonly build: TaggedBuild;
}

/** Where a release lands. */
export interface Landing {
  readonly type: string;
  readonly target: string;
  readonly tag: string;
}

/** The tag of each type that the release builds here; it may be the same for several. */
export async function landingTags(parts: KojiParts, release: string): Promise<readonly Landing[]> {
  const settings = (await parts.options.releases.named(release)) ?? {};
  const found: Landing[] = [];
  for (const [type, one] of Object.entries(settings) as [string, KojiTarget | undefined][]) {
    if (!one?.target) continue;
    const tag = one.tag === '' ? (await knownTarget(parts, one.target)).dest_tag_name : one.tag;
    found.push({ type, target: one.target, tag });
  }
  return found;
}

/** The newest build of each component in these tags, inherited ones too, by component. */
export async function latestIn(parts: KojiParts, tags: readonly Landing[]): Promise<readonly Latest[]> {
  const all = new Map<ComponentId, Latest>();
  for (const { type, tag } of tags) {
    for (const build of await parts.hub.getLatestBuilds(tag)) {
      const component = `${type}/${build.name}`;
      if (!all.has(component)) all.set(component, { component, tag, build });
    }
  }
  return [...all.values()].sort((a, b) => (a.component < b.component ? -1 : 1));
}

/** The last event that changed what these tags hold; null: the hub does not say. */
export async function lastChange(parts: KojiParts, tags: readonly Landing[]): Promise<string | null> {
  try {
    const names = [...new Set(tags.map(({ tag }) => tag))];
    const events = await Promise.all(names.map((tag) => parts.hub.tagLastChangeEvent(tag)));
    return names.map((tag, n) => `${tag}@${events[n] ?? 0}`).join(' ');
  } catch (thrown) {
    // Old hubs have no such method.
    if (isFault(thrown, 'GenericError')) return null;
    throw thrown;
  }
}
