import { globMatches, policyOf, type ReleaseDefinition } from '@millrace/contracts';
import type { ComposeSettings } from './compose-id';
import type { Stock } from './input';
import type { Slot } from './state';

/** The artifacts that a compose of this release wants, each with its newest validated build, by component id. */
export function slotsOf(definition: ReleaseDefinition, settings: ComposeSettings, stock: Stock): readonly Slot[] {
  const builds = new Map(stock.builds.map((build) => [build.component, build]));
  return [...new Set(stock.components)]
    .filter((component) => settings.include.some((glob) => globMatches(glob, component)))
    .sort()
    .flatMap((component): readonly Slot[] => {
      const found = builds.get(component);
      if (found) return [{ component, build: found.build, nvr: found.nvr, contents: found.contents }];
      return isRebuilt(definition, component) ? [{ component, build: null, nvr: null, contents: null }] : [];
    });
}

/** What the release never builds is taken when it is there, and not waited for when it is not. */
function isRebuilt(definition: ReleaseDefinition, component: string): boolean {
  const policy = policyOf(definition, component)?.policy ?? 'normal';
  return policy === 'normal' || policy === 'manual';
}
