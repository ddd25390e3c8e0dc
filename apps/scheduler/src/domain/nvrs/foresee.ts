import {
  nvrStrategyOf,
  unbuiltRuleOf,
  type NvrForeseen,
  type NvrStrategy,
  type ReleaseDefinition,
} from '@millrace/contracts';
import { isRefusal, parseNvr, refuse, type ComponentId, type Moment, type Refusal } from '@millrace/kernel';
import {
  bumpSpec,
  checkNvr,
  foreseeNvr,
  nextAutorelease,
  usesAutorelease,
  type ForeseenNvr,
  type NvrRules,
} from '@millrace/package-metadata';

/** A commit that no build was made from. */
export interface UnbuiltCommit {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  readonly at: string;
  readonly marker: string | null;
}

/** What a rebuild's name is made of. */
export interface NvrScene {
  readonly definition: ReleaseDefinition;
  readonly component: ComponentId;
  /** The spec that the rebuild starts from, before any bump. */
  readonly spec: string | Refusal;
  /** What the branch has beyond what was built last; null: nothing was built. */
  readonly unbuilt: readonly UnbuiltCommit[] | Refusal | null;
  /** The build that it replaces. */
  readonly last: { readonly version: string; readonly release: string } | null;
  /** What the build system, or the strategy `dist`, makes of `%dist`; null: the definition or the last build says it. */
  readonly dist: string | null;
  /** Whether a bump is made: not of what a change names, and not of what this machine's builder never built. */
  readonly isBumped: boolean;
  readonly at: Moment;
}

/** What is foreseen before anybody has asked which names are taken. */
export interface NvrGuess {
  readonly strategy: NvrStrategy;
  readonly foreseen: ForeseenNvr | null;
  readonly because: string;
  readonly refused: Refusal | null;
  readonly unbuilt: NvrForeseen['unbuilt'];
}

const mostCommits = 10;

/** Foresees the name of one rebuild from texts alone: nothing of a spec is run. */
export function guessNvr(scene: NvrScene): NvrGuess {
  const { definition, component, spec, unbuilt: commits } = scene;
  const strategy = nvrStrategyOf(definition, component);
  const unbuilt = unbuiltOf(scene, strategy);
  const none = { strategy, foreseen: null, unbuilt } as const;
  const lost = isRefusal(spec) ? spec : isRefusal(commits) && scene.isBumped ? commits : null;
  if (lost) return { ...none, because: lost.because, refused: lost };
  const made = scene.isBumped ? bumped(spec as string, scene) : { text: spec as string, words: plainWords[strategy] };
  if (isRefusal(made)) return { ...none, because: made.because, refused: made };
  const refused = unbuilt?.then === 'ask' ? asks(unbuilt.count) : null;
  const dist = distOf(scene);
  if (dist === null)
    return { ...none, refused, because: 'nothing says what %dist is: set dist in the release definition' };
  const foreseen = named(made.text, dist, scene);
  if (isRefusal(foreseen)) return { ...none, refused, because: foreseen.because };
  return { strategy, foreseen, unbuilt, refused, because: made.words };
}

/** The guess, held against what is there: names that are taken, and the releases that users go on to. */
export function judgeNvr(guess: NvrGuess, rules: NvrRules): NvrForeseen {
  const { strategy, foreseen, because, unbuilt } = guess;
  const refused = guess.refused ?? (foreseen && checkNvr(foreseen, rules));
  return { strategy, nvr: foreseen?.nvr ?? null, because, unbuilt, refused: refused && plain(refused) };
}

/** The name that a build was seen by, as it is once a draft is final: `a-1-2,draft_7` becomes `a-1-2`. */
export function finalNvr(nvr: string): ReturnType<typeof parseNvr> {
  return parseNvr(nvr.replace(/,draft_\d+$/, ''));
}

function plain({ code, because, remedy }: Refusal): NonNullable<NvrForeseen['refused']> {
  return remedy === undefined ? { code, because } : { code, because, remedy };
}

const plainWords: Readonly<Record<NvrStrategy, string>> = {
  commit: 'its source is built as it is',
  dist: 'a dist of its own makes it new',
  none: 'its build system gives it a name of its own',
};

function bumped(spec: string, { at }: NvrScene): { readonly text: string; readonly words: string } | Refusal {
  const made = bumpSpec(spec, { comment: 'Rebuilt', author: 'Millrace <millrace@localhost.localdomain>', at });
  if (isRefusal(made)) return made;
  if (made.how === 'commit-only') return { text: spec, words: 'an empty commit raises it: rpmautospec counts commits' };
  return { text: made.text, words: 'a commit raises its Release' };
}

/** `%dist` at the end, or where the spec has it; rpmautospec's count goes on from the last build's. */
function named(text: string, dist: string, { unbuilt, last, dist: given }: NvrScene): ForeseenNvr | Refusal {
  const since = isRefusal(unbuilt) || unbuilt === null ? 0 : unbuilt.length;
  const counted = usesAutorelease(text) && last ? nextAutorelease(last.release, since) : null;
  const found = foreseeNvr({ text, dist, ...(counted === null ? {} : { autorelease: counted }) });
  if (isRefusal(found) || given === null || found.release.includes(given)) return found;
  const release = `${found.release}${given}`;
  return { ...found, release, nvr: `${found.name}-${found.version}-${release}` };
}

/** Said, or what the last build's release has beyond what the spec says. */
function distOf({ dist, definition, spec, last }: NvrScene): string | null {
  if (dist !== null) return dist;
  if (definition.dist !== undefined) return definition.dist;
  const bare = last === null || isRefusal(spec) ? null : foreseeNvr({ text: spec, dist: '' });
  if (bare === null || isRefusal(bare) || !last!.release.startsWith(bare.release)) return null;
  const rest = last!.release.slice(bare.release.length);
  return /^(\.[A-Za-z][A-Za-z0-9_+~^]*)*$/.test(rest) ? rest : null;
}

function unbuiltOf({ definition, unbuilt }: NvrScene, strategy: NvrStrategy): NvrForeseen['unbuilt'] {
  if (unbuilt === null || isRefusal(unbuilt)) return null;
  const foreign = unbuilt.filter(({ marker }) => marker === null);
  if (foreign.length === 0) return null;
  const leaves = strategy !== 'commit' && definition.source === 'last-built';
  const commits = foreign
    .slice(0, mostCommits)
    .map(({ id, subject, author, at }) => ({ commit: id, subject, author, at }));
  return { count: foreign.length, commits, then: leaves ? 'leave' : unbuiltRuleOf(definition) };
}

function asks(count: number): Refusal {
  return refuse(
    'head-never-built',
    `its head has ${count === 1 ? 'a commit that was' : `${count} commits that were`} never built`,
    'build it by hand first, set when_unbuilt: take or skip, or leave this component out',
    'conflict',
  );
}
