import type { Taken, World } from '../../driver/world';
import type { Tale } from '../tale';
import { broken, type Watcher } from './promise';

/** What is said of an attempt, a build or a cascade is said once. */
const once = /^millrace\.scheduler\.(rebuild\.(started|failed|validated)|cascade\.completed)\./;

/** Promise 14: set back, it finds the builds that it made, and says the same again in the same words. */
export function survivesRestore(tale: Tale): Watcher {
  const deeds = tale.deeds.map(({ deed }) => deed.what);
  // What people asked for after the backup is lost with it, and so are the generations that came of it.
  const forgets = deeds.includes('change') || deeds.includes('retry');
  const builds = new Map<string, string>();
  let life = 0;
  const said = new Map<string, { readonly words: string; readonly life: number }>();
  return {
    taken(world, taken) {
      if (taken.input.type === 'build.submitted') foundAgain(world, builds, taken);
      for (const effect of taken.effects) {
        if (effect.lane !== 'bus' || !once.test(effect.event)) continue;
        const { words, key } = wordsOf(effect.event, effect.data as Readonly<Record<string, unknown>>);
        const before = said.get(key);
        if (before?.life === life) broken(14, `${key} is said twice`);
        // A person's act that was lost may have chosen another build; one attempt is one build.
        const isOfAttempt = effect.event.includes('.started.');
        if (before && before.words !== words && isOfAttempt && !forgets)
          broken(14, `${key} was said before the database was set back otherwise`);
        said.set(key, { words, life });
      }
    },
    restored: () => void life++,
  };
}

/** One attempt is one build, whatever its scheduler has forgotten. */
function foundAgain(world: World, builds: Map<string, string>, { input }: Taken): void {
  if (input.type !== 'build.submitted') return;
  const key = `${input.rebuild} ${input.attempt}`;
  const before = builds.get(key);
  if (before !== undefined && before !== input.build) broken(14, `${key} is built by ${before} and ${input.build}`);
  builds.set(key, input.build);
  if (world.farm.made < builds.size) broken(14, `${world.farm.made} builds were made for ${builds.size} attempts`);
}

function wordsOf(
  event: string,
  data: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly words: string } {
  const { cascade, component, generation, pass, attempt, build, nvr } = data;
  const key = [event, cascade, component, generation, pass, attempt].filter((one) => one !== undefined).join(' ');
  return { key, words: `${String(build)} ${String(nvr)}` };
}
