import { nvrStrategyOf, unbuiltRuleOf, type ReleaseDefinition, type SourceRef } from '@millrace/contracts';
import { neverBuilt, type BumpOrder, type Commit, type DistGit, type Forge } from '@millrace/dist-git';
import { AppError, isRefusal, moment, parseComponentId, type ComponentId, type Refusal } from '@millrace/kernel';
import { bumpSpec, checkNvr, usesAutorelease } from '@millrace/package-metadata';
import { finalNvr, guessNvr } from '../domain/nvrs/foresee';
import { headLeftOut } from '../domain/nvrs/leave-unbuilt';
import type { CascadeRow, RebuildRow, ReleaseRow } from '../domain/state';
import { listed } from '../domain/words';
import { gitSourceOf, headOf, pushPlaceOf } from './git-source';
import { nvrRules } from './nvrs';
import { cascadeNamed, type Outside } from './outside';
import type { Systems } from './systems';

/** The repositories of sources, and how commits of ours come into them. */
export interface Bumps {
  readonly git: DistGit;
  readonly author: { readonly name: string; readonly mail: string };
  /** By the names that release definitions use. */
  readonly forges: ReadonlyMap<string, Forge>;
  /** Asked which names are taken there. */
  readonly systems: Systems;
}

type Read = Outside['read'];
type GitRef = Extract<SourceRef, { kind: 'git' }>;

/**
 * What a rebuild is made from: what its change named; else its source as the release's definition has it, with a new
 * NVR where that is made by a commit. Asked for again after a crash, it is the same commit.
 *
 * @throws AppError what is refused (invalid: its people must act), or cannot be read now (unavailable)
 */
export async function sourceOfRebuild(
  read: Read,
  desk: Bumps,
  { definition }: ReleaseRow,
  rebuild: RebuildRow,
  signal: AbortSignal,
): Promise<SourceRef> {
  if (rebuild.source) return rebuild.source;
  if (!isMadeLater(definition, rebuild.component)) return headOf(desk.git, definition, rebuild.component, signal);
  const lastBuilt = await lastBuiltOf(read, rebuild);
  if (isBumped(definition, rebuild.component) && !isFirstEver(rebuild, lastBuilt))
    return bumped(read, desk, definition, { rebuild, lastBuilt }, signal);
  if (lastBuilt === null) return headOf(desk.git, definition, rebuild.component, signal);
  return definition.source === 'last-built' ? lastBuilt : builtHead(desk, definition, { rebuild, lastBuilt }, signal);
}

/** The head, if every commit of others in it has been built, or else as the release's rule has it. */
async function builtHead(
  { git }: Bumps,
  definition: ReleaseDefinition,
  { rebuild: { component }, lastBuilt }: Bumping,
  signal: AbortSignal,
): Promise<GitRef> {
  const place = gitSourceOf(definition, component)!;
  if (lastBuilt!.url !== place.url) return headOf(git, definition, component, signal);
  const unbuilt = await git.unbuilt(place, lastBuilt!.commit, signal);
  if (isRefusal(unbuilt)) throw faultOf(unbuilt);
  const foreign = unbuilt.commits.filter(({ marker }) => marker === null);
  if (foreign.length === 0) return { kind: 'git', url: place.url, commit: unbuilt.head };
  const refused = neverBuilt(place, foreign);
  throw unbuiltRuleOf(definition) === 'skip' ? leftOut(refused) : faultOf(refused);
}

/** Whether a commit of ours raises its Release. */
export function isBumped(definition: ReleaseDefinition, component: ComponentId): boolean {
  const { type } = parseComponentId(component);
  return (
    type === 'rpm' && nvrStrategyOf(definition, component) === 'commit' && gitSourceOf(definition, component) !== null
  );
}

/**
 * Its source is only known when it is submitted: by a bump, because what was built last counts and not the head, or
 * because the head does not count with commits that were never built.
 */
export function isMadeLater(definition: ReleaseDefinition, component: ComponentId): boolean {
  return isBumped(definition, component) || definition.source === 'last-built' || minds(definition, component);
}

function minds(definition: ReleaseDefinition, component: ComponentId): boolean {
  return unbuiltRuleOf(definition) !== 'take' && gitSourceOf(definition, component) !== null;
}

/** The builder on this machine has made no build but those that we know: the first one needs no new NVR. */
function isFirstEver({ system }: RebuildRow, lastBuilt: GitRef | null): boolean {
  return system === 'local-rpm' && lastBuilt === null;
}

async function lastBuiltOf(read: Read, { release, component }: RebuildRow): Promise<GitRef | null> {
  const validated = await read.validated.get(`${release}/${component}`);
  if (!validated) return null;
  const source = validated.source ?? (await read.builds.get(validated.build))?.source ?? null;
  return source?.kind === 'git' ? source : null;
}

interface Bumping {
  readonly rebuild: RebuildRow;
  readonly lastBuilt: GitRef | null;
}

async function bumped(
  read: Read,
  bumps: Bumps,
  definition: ReleaseDefinition,
  { rebuild, lastBuilt }: Bumping,
  signal: AbortSignal,
): Promise<GitRef> {
  const { url } = gitSourceOf(definition, rebuild.component)!;
  const unbuilt = unbuiltRuleOf(definition);
  const cascade = await cascadeNamed(read, rebuild.cascade);
  const [subject, at] = [subjectOf(cascade), cascade.startedAt];
  const author = `${bumps.author.name} <${bumps.author.mail}>`;
  const edit: BumpOrder['edit'] = async (text, { unbuilt: commits }) => {
    const made = bumpSpec(text, { comment: subject, author, at });
    return isRefusal(made) ? made : ((await refusedName(read, bumps, { definition, rebuild, text, commits })) ?? made);
  };
  const known = lastBuilt?.url === url ? lastBuilt.commit : null;
  const order = {
    remote: pushPlaceOf(definition, rebuild.component)!,
    id: rebuild.id,
    subject,
    at,
    lastBuilt: known,
    edit,
  };
  const pullRequest = pullRequestOf(bumps, definition, rebuild.component);
  const rule = unbuilt === 'take' ? 'take' : 'refuse';
  const done = await bumps.git.bump({ ...order, unbuilt: rule, ...(pullRequest ? { pullRequest } : {}) }, signal);
  if (isRefusal(done)) throw unbuilt === 'skip' && done.code === 'head-never-built' ? leftOut(done) : faultOf(done);
  if (done.how === 'proposed') throw waitsForMerge(done.request.url, rebuild);
  // Tried once more, it takes what people have added since.
  const commit = done.how === 'found' && rebuild.attempt > 1 && rule === 'take' ? done.head : done.commit;
  return { kind: 'git', url, commit };
}

function subjectOf({ id, roots, why }: CascadeRow): string {
  const names = roots.map((root) => parseComponentId(root).name);
  return `Rebuilt for ${names.length > 0 ? listed(names, 3) : why.slice(0, 100)} (cascade ${id})`;
}

interface Naming {
  readonly definition: ReleaseDefinition;
  readonly rebuild: RebuildRow;
  readonly text: string;
  readonly commits: readonly Commit[];
}

/** Names are checked only where they can be foreseen whole; rpmautospec's count is the build system's. */
async function refusedName(
  read: Read,
  { systems }: Bumps,
  { definition, rebuild, text, commits }: Naming,
): Promise<Refusal | null> {
  if (usesAutorelease(text)) return null;
  const { component, release: id } = rebuild;
  const validated = await read.validated.get(`${id}/${component}`);
  const last = validated ? finalNvr(validated.nvr) : null;
  const dists = await systems.get(rebuild.system ?? '')?.dists?.(id, [component]);
  const at = moment(Date.now());
  const scene = { definition, component, spec: text, unbuilt: commits, last, isBumped: true, at };
  const { foreseen } = guessNvr({ ...scene, dist: dists?.get(component) ?? null });
  return foreseen && checkNvr(foreseen, await nvrRules({ read, systems }, { id, definition }, component, foreseen.nvr));
}

function pullRequestOf(
  { forges }: Bumps,
  definition: ReleaseDefinition,
  component: ComponentId,
): BumpOrder['pullRequest'] {
  const { type, name } = parseComponentId(component);
  const source = definition.sources[type as keyof typeof definition.sources];
  if (source?.push !== 'pull-request') return undefined;
  const forge = forges.get(source.forge ?? '');
  if (forge) return { forge, project: (source.project ?? '').replaceAll('{name}', name) };
  throw new AppError({
    code: 'forge-unknown',
    kind: 'invalid',
    message: `sources.${type}.forge of ${definition.release} names ${source.forge ?? 'nothing'}, which the scheduler does not know`,
    remedy: "name one of the scheduler's setting forges, or add it there",
  });
}

function waitsForMerge(url: string, { cascade, component }: RebuildRow): AppError {
  return new AppError({
    code: 'pull-request-open',
    kind: 'invalid',
    message: `the bump of ${component} waits to be merged: ${url}`,
    remedy: `merge it: the rebuild goes on when that is seen (or: millrace cascade retry ${cascade} ${component})`,
  });
}

/** Nobody has to act: the release's rule says what becomes of it. */
function leftOut({ because }: Refusal): AppError {
  const message = `it is left out (when_unbuilt: skip): ${because}`;
  return new AppError({ code: headLeftOut, kind: 'invalid', message });
}

/** A person has to act: it is nothing that passes by itself. */
function faultOf({ code, because, remedy }: Refusal): AppError {
  return new AppError({ code, kind: 'invalid', message: because, remedy });
}
