import type { BinaryPackage, Contents } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { dependencyText, isRich, satisfies, type Dependency } from '@millrace/package-metadata';
import type { Candidate } from '../domain/landing/largest-set';
import type { Outside } from './outside';

/** A package of the release that could not be installed any more, and whose new builds take away what it uses. */
export interface Lost {
  readonly component: ComponentId;
  readonly package: string;
  readonly requirement: string;
  readonly causes: readonly ComponentId[];
}

/** Contents that are read at one time. */
const pageSize = 100;
/** Suspects that are followed up. */
const mostSuspects = 5000;

interface Suspect extends Lost {
  readonly required: Dependency;
}

/**
 * What the release would lose when these builds landed, by the contents of the builds that are known: requirements that
 * an older build of theirs met, and neither a new one nor anything that stays does. For build systems that cannot tell.
 */
export async function lostBy(outside: Outside, release: string, go: readonly Candidate[]): Promise<readonly Lost[]> {
  const landing = new Map(go.map((one) => [one.component, one]));
  const fresh = await contentsOf(
    outside,
    go.map((one) => one.contents),
  );
  const old = await contentsOf(outside, await formerOf(outside, release, go));
  const [before, after] = [offerOf(old), offerOf(fresh)];
  let suspects: Suspect[] = [];
  for await (const contents of stayingIn(outside, release, landing)) {
    if (suspects.length < mostSuspects)
      suspects.push(...contents.packages.flatMap((one) => suspectsIn(contents, one, before, after)));
  }
  if (suspects.length === 0) return [];
  for await (const contents of stayingIn(outside, release, landing)) {
    const offer = offerOf([contents]);
    suspects = suspects.filter((one) => providers(one.required, offer).length === 0);
    if (suspects.length === 0) return [];
  }
  return suspects.map(({ required: _, ...lost }) => lost);
}

function suspectsIn(of: Contents, one: BinaryPackage, before: Offer, after: Offer): Suspect[] {
  return one.requires.flatMap((required) => {
    if (isRich(required.name)) return [];
    const causes = providers(required, before);
    if (causes.length === 0 || providers(required, after).length > 0) return [];
    const name = `${one.name}-${one.version}-${one.release}.${one.arch}`;
    return [{ component: of.component, package: name, requirement: dependencyText(required), causes, required }];
  });
}

/** Contents of what the release has and keeps, one after another. */
async function* stayingIn(
  outside: Outside,
  release: string,
  landing: ReadonlyMap<ComponentId, Candidate>,
): AsyncGenerator<Contents> {
  for (let from = ''; ;) {
    const rows = await outside.read.validated.where({ release, id: { from } }, { orderBy: 'id', limit: pageSize + 1 });
    const page = rows.filter((row) => row.id > from);
    const staying = page.filter((row) => !landing.has(row.component)).map((row) => row.contents);
    yield* await contentsOf(outside, staying);
    if (rows.length <= pageSize) return;
    from = page.at(-1)!.id;
  }
}

/** Digests of what the release had of these components before: a cascade that was kept stands there already. */
async function formerOf({ read }: Outside, release: string, go: readonly Candidate[]): Promise<readonly string[]> {
  const rows = await read.validated.getMany(go.map((one) => `${release}/${one.component}`));
  const known = new Map(rows.map((row) => [row.component, row]));
  const found = await Promise.all(
    go.map(async ({ component, build }) => {
      const row = known.get(component);
      if (row && row.build !== build) return row.contents;
      if (!row) return null;
      const builds = await read.builds.where({ release, component }, { orderBy: '-started_at', limit: 20 });
      const own = builds.find((one) => one.id === build)?.cascade;
      const former = builds.find((one) => one.state === 'complete' && one.contents !== null && one.cascade !== own);
      return former?.contents ?? null;
    }),
  );
  return found.flatMap((one) => one ?? []);
}

async function contentsOf({ read }: Outside, digests: readonly (string | null)[]): Promise<readonly Contents[]> {
  const wanted = [...new Set(digests.flatMap((one) => one ?? []))];
  const found: Contents[] = [];
  for (let n = 0; n < wanted.length; n += pageSize) {
    found.push(...(await read.contents.getMany(wanted.slice(n, n + pageSize))).map((row) => row.contents));
  }
  return found;
}

type Offer = ReadonlyMap<string, readonly { readonly component: ComponentId; readonly provided: Dependency }[]>;

function offerOf(all: readonly Contents[]): Offer {
  const offer = new Map<string, { readonly component: ComponentId; readonly provided: Dependency }[]>();
  const add = (component: ComponentId, provided: Dependency): void => {
    const same = offer.get(provided.name);
    if (same) same.push({ component, provided });
    else offer.set(provided.name, [{ component, provided }]);
  };
  for (const { component, packages } of all) {
    for (const one of packages) {
      one.provides.forEach((provided) => add(component, provided));
      one.files.forEach((name) => add(component, { name }));
    }
  }
  return offer;
}

function providers(required: Dependency, offer: Offer): readonly ComponentId[] {
  const found = (offer.get(required.name) ?? []).filter(({ provided }) => satisfies(provided, required));
  return [...new Set(found.map((one) => one.component))];
}
