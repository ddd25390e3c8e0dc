import { doors, type ReleaseDefinition } from '@millrace/contracts';
import { withKnots } from '../domain/knots';
import type { WantedSet } from '../domain/sets/wanted-set';
import { withoutOrder } from '../domain/sets/without-order';
import { headOf } from './git-source';
import { landingPlan, landingShipped, revertPlan } from './landing-lookups';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { outlookOf } from './preview';
import { checkRelease, placesOf } from './release-check';
import { setFound } from './sets';
import { checkComponents } from './watch';

/** What commands must know before they become inputs. */
export function lookupsOf(outside: Outside) {
  const { read, asker } = outside;
  return {
    cascade: (id: string) => cascadeNamed(read, id),
    places: (definition: ReleaseDefinition) => placesOf(outside, definition),
    checkRelease: (definition: ReleaseDefinition) => checkRelease(outside, definition),
    check: (release: string, components: Parameters<typeof checkComponents>[2]) =>
      checkComponents(outside, release, components),
    set: (release: string, wanted: WantedSet) => setFound(outside, release, wanted),
    acts: async (release: string) => (await releaseNamed(read, release)).definition.mode === 'act',
    impact: async (
      name: string,
      members: readonly string[] | 'all',
      { preview, ordered }: { readonly preview: boolean; readonly ordered: boolean },
    ) => {
      const { id: release, definition } = await releaseNamed(read, name);
      const impact = await asker.ask(doors.resolver.impact, {
        release,
        members: members === 'all' ? members : [...members],
        preview,
      });
      return withKnots(ordered ? impact : withoutOrder(impact, members), definition.knots);
    },
    outlook: (
      release: string,
      impact: Parameters<typeof outlookOf>[2],
      members: Parameters<typeof outlookOf>[3],
      scopes: Parameters<typeof outlookOf>[4],
      asked: Parameters<typeof outlookOf>[5],
    ) => outlookOf(outside, release, impact, members, scopes, asked),
    landingPlan: (id: string, partial: boolean) => landingPlan(outside, id, partial),
    landingShipped: (id: string) => landingShipped(outside, id),
    revertPlan: (id: string) => revertPlan(outside, id),
    releaseOf: async (id: string) => (await cascadeNamed(read, id)).release,
    head: async (release: string, component: string) =>
      headOf(outside.git, (await releaseNamed(read, release)).definition, component),
  };
}
