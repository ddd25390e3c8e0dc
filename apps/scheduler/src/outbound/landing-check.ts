import type { LandingBuild, Place } from '@millrace/build-systems';
import { landingPolicyOf, type LandingFinding } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { gateKey } from '../domain/group-gate/rows';
import { findingOf, heldBy, largestSet, sceneOf, type Candidate, type LandingSet } from '../domain/landing/largest-set';
import type { CascadeRow, RebuildRow, ReleaseRow } from '../domain/state';
import { landingAdapterOf } from './landing-adapters';
import { lostBy } from './landing-closure';
import { upgradeFindings } from './landing-upgrade';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { systemNamed } from './systems';

/** Everything that a look at a cascade that is to land says. */
export interface Surveyed {
  readonly release: ReleaseRow;
  readonly go: readonly Candidate[];
  /** Builds of these refs are in the release already. */
  readonly there: ReadonlySet<string>;
  readonly staying: LandingSet['staying'];
  readonly findings: readonly LandingFinding[];
  readonly adapters: readonly string[];
  readonly phases: number;
}

/** Rows that are read at one time. */
const pageSize = 1000;
/** Broken packages that are told of. */
const mostBroken = 500;
/** A smaller set may break something else: it is looked at again, so often at most. */
const mostRounds = 8;

/** Looks at everything that could stand in the way of a landing; changes nothing. */
export async function survey(outside: Outside, name: string, id: string, partial: boolean): Promise<Surveyed> {
  const release = await releaseNamed(outside.read, name);
  const cascade = await cascadeNamed(outside.read, id);
  const scene = sceneOf(await rebuildsOf(outside.read, id));
  const looked = await looks(outside, release, cascade, scene.candidates);
  const gated = partial ? ungatedTiers(cascade, scene.candidates) : [];
  const first = [...scene.findings, ...gated, ...(await withdrawn(outside, scene.candidates)), ...looked.findings];
  const upgrade = await upgradeFindings(outside, release, scene.candidates);
  let findings: readonly LandingFinding[] = [...first, ...upgrade];
  for (let round = 0; ; round++) {
    const { go, staying } = largestSet(scene, heldBy(findings));
    const broken = await closure(outside, release, cascade, partial ? go : scene.candidates);
    const fresh = broken.filter((one) => !findings.some((known) => isSame(known, one)));
    findings = [...findings, ...fresh];
    const isDone = !partial || round >= mostRounds || !fresh.some((one) => one.blocks);
    if (!isDone) continue;
    const whole = partial ? { go, staying } : { go: largestSet(scene, new Map()).go, staying: [] };
    return { release, ...whole, there: looked.there, findings: findings.slice(0, 500), ...looked.means };
  }
}

/** What the adapters say of builds, system by system. */
async function looks(outside: Outside, release: ReleaseRow, cascade: CascadeRow, candidates: readonly Candidate[]) {
  const there = new Set<string>();
  const findings: LandingFinding[] = [];
  const means = { adapters: new Set<string>(), phases: 0 };
  for (const [system, builds] of bySystem(candidates)) {
    const adapter = landingAdapterOf(outside.systems, outside.landers ?? {}, release, system);
    if (!adapter) continue;
    means.adapters.add(adapter.name);
    means.phases = Math.max(means.phases, adapter.phases);
    const place = await placeOf(outside, cascade, system);
    const answers = await adapter.look(place, builds.map(toLand));
    answers.forEach((look, n) => {
      const { component, nvr, build } = builds[n]!;
      if (look.there) there.add(build);
      if (!look.hindrance) return;
      const { kind, because, remedy } = look.hindrance;
      findings.push(findingOf(kind, component, nvr, because, remedy));
    });
  }
  return { there, findings, means: { adapters: [...means.adapters].sort(), phases: means.phases } };
}

/** What of a cascade stays behind because the gate of its tier was not asked, or has not passed. */
function ungatedTiers(
  { id, gates = {}, gatesTiers }: CascadeRow,
  candidates: readonly Candidate[],
): readonly LandingFinding[] {
  if (!gatesTiers) return [];
  return candidates.flatMap(({ component, nvr, tier }) => {
    const gate = gates[gateKey(tier)];
    if (gate?.decision === 'passed') return [];
    const why = gate?.because ?? 'it is asked once nothing of the tier is open any more';
    const remedy = `mend what is open in the tier, or take it out: millrace cascade show ${id}`;
    return [findingOf('verdict', component, nvr, `the gate of tier ${tier} has not passed: ${why}`, remedy)];
  });
}

/** Builds that were taken away since they were validated, as far as the scheduler has heard of it. */
async function withdrawn({ read }: Outside, candidates: readonly Candidate[]): Promise<readonly LandingFinding[]> {
  const found: LandingFinding[] = [];
  for (let n = 0; n < candidates.length; n += pageSize) {
    const part = candidates.slice(n, n + pageSize);
    const rows = await read.builds.getMany(part.map((one) => one.build));
    const gone = new Map(rows.filter((row) => row.state === 'withdrawn').map((row) => [row.id, row.because]));
    for (const { build, component, nvr } of part.filter((one) => gone.has(one.build))) {
      const remedy = 'build it again (millrace cascade retry), or land without it (--partial)';
      found.push(findingOf('withdrawn', component, nvr, gone.get(build) ?? 'it was taken away', remedy));
    }
  }
  return found;
}

/** What the release would lose. In a landing of a part, whoever takes something away stays behind, not who loses it. */
async function closure(
  outside: Outside,
  release: ReleaseRow,
  cascade: CascadeRow,
  go: readonly Candidate[],
): Promise<readonly LandingFinding[]> {
  const how = landingPolicyOf(release.definition).closure;
  if (how === 'off') return [];
  const found: LandingFinding[] = [];
  const landing = new Map(go.map((one) => [one.component, one]));
  for (const [system, builds] of bySystem(go)) {
    const adapter = landingAdapterOf(outside.systems, outside.landers ?? {}, release, system);
    if (!adapter) continue;
    const broken = adapter.closure
      ? await adapter.closure(await placeOf(outside, cascade, system), builds.map(toLand))
      : await lostBy(outside, release.id, builds);
    const unclear = new Set<string>();
    for (const one of broken.slice(0, mostBroken)) {
      const own = one.component !== null && landing.has(one.component) ? [one.component] : [];
      const blamed: readonly ComponentId[] = own.length > 0 ? own : one.causes.filter((cause) => landing.has(cause));
      if (blamed.length === 0) unclear.add(brokenWords(one));
      for (const name of blamed) found.push(closureFinding(landing.get(name)!, brokenWords(one), how === 'refuse'));
    }
    // Where nobody can be blamed, nothing of the system can go.
    const [first] = unclear;
    if (first !== undefined) found.push(...builds.map((one) => closureFinding(one, first, how === 'refuse')));
  }
  return found;
}

function brokenWords(one: { readonly package: string; readonly requirement: string }): string {
  return `${one.package} could not be installed any more: nothing provides ${one.requirement}`;
}

function closureFinding({ component, nvr }: Candidate, because: string, blocks: boolean): LandingFinding {
  const remedy = 'rebuild or mend it in the same cascade, or land without what takes it away (--partial)';
  return findingOf('closure', component, nvr, because, remedy, blocks);
}

export async function placeOf({ systems }: Outside, { release, id }: CascadeRow, system: string): Promise<Place> {
  return systemNamed(systems, system).open(release, id);
}

export function toLand({ build, component, nvr }: Pick<Candidate, 'build' | 'component' | 'nvr'>): LandingBuild {
  return { ref: build, component, nvr };
}

export function bySystem<T extends { readonly system: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const same = found.get(one.system);
    if (same) same.push(one);
    else found.set(one.system, [one]);
  }
  return found;
}

function isSame(a: LandingFinding, b: LandingFinding): boolean {
  return a.kind === b.kind && a.component === b.component && a.because === b.because;
}

async function rebuildsOf(read: Outside['read'], cascade: string): Promise<readonly RebuildRow[]> {
  const all: RebuildRow[] = [];
  for (;;) {
    const from = all.at(-1)?.id ?? '';
    const page = await read.rebuilds.where({ cascade, id: { from } }, { orderBy: 'id', limit: pageSize + 1 });
    all.push(...page.filter((row) => row.id > from));
    if (page.length <= pageSize) return all;
  }
}
