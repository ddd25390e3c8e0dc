import { nvrStrategyOf, type NvrForeseen, type SourceRef } from '@millrace/contracts';
import type { DistGit } from '@millrace/dist-git';
import { AppError, isRefusal, moment, type ComponentId } from '@millrace/kernel';
import { distSuffix, type NvrRules } from '@millrace/package-metadata';
import { finalNvr, guessNvr, judgeNvr, type NvrScene } from '../domain/nvrs/foresee';
import { systemOf } from '../domain/policy';
import type { ReleaseRow } from '../domain/state';
import { gitSourceOf } from './git-source';
import type { Outside } from './outside';
import { inParallel } from './parallel';

/** Components whose sources one question asks for. */
export const mostForeseen = 200;
const width = 6;
const timeoutMs = 20_000;

type Asked = Pick<Outside, 'read' | 'systems'> & { readonly git: DistGit };

export interface WantedNvr {
  readonly component: ComponentId;
  /** What its change names: it is built as it is. */
  readonly source: SourceRef | null;
  /** The cascade's number in its release. */
  readonly cascade: number;
}

/** Foresees the names of rebuilds from their sources as they are now. Every answer is given, if only with what hinders it. */
export async function foreseenNvrs(
  asked: Asked,
  release: ReleaseRow,
  wanted: readonly WantedNvr[],
): Promise<ReadonlyMap<ComponentId, NvrForeseen>> {
  const signal = AbortSignal.timeout(timeoutMs);
  const dists = await distsOf(asked, release, wanted);
  const all = await inParallel(wanted.slice(0, mostForeseen), width, async (one) => {
    const found = await foreseen(asked, release, { ...one, dist: dists.get(one.component) ?? null }, signal);
    return [one.component, found] as const;
  });
  return new Map(all);
}

interface Wanted extends WantedNvr {
  readonly dist: string | null;
}

async function foreseen(asked: Asked, release: ReleaseRow, wanted: Wanted, signal: AbortSignal): Promise<NvrForeseen> {
  const { definition } = release;
  const { component } = wanted;
  const strategy = nvrStrategyOf(definition, component);
  if (!component.startsWith('rpm/') || gitSourceOf(definition, component) === null)
    return { strategy, nvr: null, because: 'its build system names it', refused: null, unbuilt: null };
  try {
    const guess = guessNvr(await sceneOf(asked, release, wanted, signal));
    return judgeNvr(guess, await nvrRules(asked, release, component, guess.foreseen?.nvr ?? null));
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.kind === 'bug') throw thrown;
    const { code, message: because, remedy } = thrown;
    const refused = { code, because, ...(remedy === undefined ? {} : { remedy }) };
    return { strategy, nvr: null, because, refused, unbuilt: null };
  }
}

async function sceneOf(
  { read, git }: Asked,
  { definition, id }: ReleaseRow,
  { component, source, dist }: Wanted,
  signal: AbortSignal,
): Promise<NvrScene> {
  const place = gitSourceOf(definition, component)!;
  const validated = await read.validated.get(`${id}/${component}`);
  const built = validated ? (validated.source ?? (await read.builds.get(validated.build))?.source ?? null) : null;
  const lastBuilt = built?.kind === 'git' && built.url === place.url ? built.commit : null;
  const commits = nvrStrategyOf(definition, component) === 'commit';
  const isFirstEver = systemOf(definition, component) === 'local-rpm' && built === null;
  const survey = await git.survey(place, lastBuilt, signal);
  const asIs =
    source?.kind === 'git' ? source.commit : !commits && definition.source === 'last-built' ? lastBuilt : null;
  const spec = asIs === null || asIs === survey.head ? survey.spec : await git.spec(place, asIs, signal);
  const unbuilt = survey.unbuilt === null || isRefusal(survey.unbuilt) ? survey.unbuilt : survey.unbuilt.commits;
  return {
    ...{ definition, component, dist, at: moment(Date.now()) },
    spec: isRefusal(spec) ? spec : spec.text,
    unbuilt: source === null ? unbuilt : null,
    last: validated ? finalNvr(validated.nvr) : null,
    isBumped: commits && source === null && !isFirstEver,
  };
}

/** What the builder on this machine, or the strategy `dist`, makes of `%dist`. */
async function distsOf(
  { systems }: Asked,
  { id, definition }: ReleaseRow,
  wanted: readonly WantedNvr[],
): Promise<ReadonlyMap<ComponentId, string>> {
  const dists = new Map<ComponentId, string>();
  for (const { component, cascade } of wanted) {
    const { dist } = definition;
    if (dist === undefined || nvrStrategyOf(definition, component) !== 'dist') continue;
    dists.set(component, distSuffix({ dist, cascade, generation: 1, attempt: 1 }));
  }
  for (const [name, system] of systems) {
    const own = wanted.map(({ component }) => component).filter((one) => systemOf(definition, one) === name);
    const said = own.length === 0 ? undefined : await system.dists?.(id, own);
    said?.forEach((dist, component) => dists.set(component, dist));
  }
  return dists;
}

/** What a name is held against: builds that are known here, the build system's own, and the releases that follow. */
export async function nvrRules(
  { read, systems }: Pick<Asked, 'read' | 'systems'>,
  { definition, id }: Pick<ReleaseRow, 'definition' | 'id'>,
  component: ComponentId,
  nvr: string | null,
): Promise<NvrRules> {
  const builds = await read.builds.where({ release: id, component }, { orderBy: '-started_at', limit: 500 });
  const taken = new Set(builds.flatMap(({ nvr: own, state }) => (own !== null && state === 'complete' ? [own] : [])));
  const system = systems.get(systemOf(definition, component) ?? '');
  const there = nvr === null ? undefined : await system?.taken?.([nvr]);
  const next = await Promise.all(
    (definition.next_releases ?? []).map(async (name) => {
      const evr = finalNvr((await read.validated.get(`${name}/${component}`))?.nvr ?? '');
      return evr ? [{ release: name, evr }] : [];
    }),
  );
  const replaces = finalNvr((await read.validated.get(`${id}/${component}`))?.nvr ?? '');
  return { taken: new Set([...taken, ...(there ?? [])]), replaces, next: next.flat() };
}
