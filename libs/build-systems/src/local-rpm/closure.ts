import type { Contents } from '@millrace/contracts';
import { nevraText, type ComponentId } from '@millrace/kernel';
import {
  isRich,
  parseRichDependency,
  readRepository,
  satisfies,
  satisfiesRich,
  type Dependency,
} from '@millrace/package-metadata';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../build-system';
import type { BrokenRequirement } from '../landing-adapter';
import { fileAddress, seriesDir } from './layout';
import type { Shelves } from './places';
import { currentRepository, fill, withBuild, type RepositoryRecord, type Series } from './repository';
import { runStep } from './run-step';
import { sandboxCommand } from './sandbox';
import { requirementText } from './stages/root';

/** A package as dependencies look at it, with where it comes from. */
interface Held {
  readonly component: ComponentId | null;
  readonly nevra: string;
  readonly name: string;
  readonly provides: readonly Dependency[];
  readonly requires: readonly Dependency[];
  readonly files: readonly string[];
}

/**
 * What the base would lose if these builds landed now: requirements that something met before and nothing does then.
 * Counted from the metadata, and by dnf's own repoclosure on both repositories where it is installed: what only that
 * finds is told without a cause.
 */
export async function closureOf(
  shelves: Shelves,
  { release, cascade }: Place,
  contents: readonly Contents[],
): Promise<readonly BrokenRequirement[]> {
  const series: Series = { ...shelves, release, cascade: null };
  const base = await currentRepository(shelves.host.dir, release, null);
  if (!base || cascade === null || contents.length === 0) return [];
  const whole = contents.reduce((next, of) => withBuild(next, of, false), base);
  const folder = seriesDir(shelves.host.dir, release, null);
  const trial = join(folder, `.trial-${randomUUID()}`);
  try {
    await mkdir(trial);
    await fill(series, trial, whole, base);
    const [before, after] = [await heldIn(join(folder, String(base.number)), base), await heldIn(trial, whole)];
    const broken = brokenBetween(before, after);
    const said = await repoclosure(shelves, [join(folder, String(base.number)), trial]);
    const counted = new Set(broken.map((one) => one.package.replace('-0:', '-')));
    return [...broken, ...said.filter((one) => !counted.has(one.package))];
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/** What could be met before and cannot be after; of builds that come anew, what their older ones had met. */
export function brokenBetween(before: readonly Held[], after: readonly Held[]): readonly BrokenRequirement[] {
  const [old, next] = [offerOf(before), offerOf(after)];
  const stay = new Set(after.map((one) => one.nevra));
  const known = new Map(before.map((one) => [one.name, one]));
  return after.flatMap((one) => {
    const former = known.get(one.name);
    const unmetBefore = new Set(former?.requires.filter((r) => !isMet(r, old)).map(requirementText));
    const unmet = one.requires.filter((r) => !isMet(r, next) && !unmetBefore.has(requirementText(r)));
    return unmet.map((required): BrokenRequirement => {
      const gone = providersIn(required, old).filter((by) => !stay.has(by.nevra) && by.component !== null);
      const causes = [...new Set(gone.map((by) => by.component!))];
      return { component: one.component, package: one.nevra, requirement: requirementText(required), causes };
    });
  });
}

async function heldIn(folder: string, record: RepositoryRecord): Promise<readonly Held[]> {
  const origin = new Map(record.packages.map((p) => [p.nevra, p.component]));
  const pathsOf = (all: readonly { readonly requires: readonly Dependency[] }[]): ReadonlySet<string> =>
    new Set(all.flatMap(({ requires }) => requires.map((r) => r.name).filter((name) => name.startsWith('/'))));
  const packages = await readRepository(fileAddress(folder), { wantedFiles: pathsOf });
  return packages.map((one) => {
    const nevra = nevraText({ ...one, epoch: one.epoch || '0' });
    const { name, provides, requires, files } = one;
    return { component: origin.get(nevra) ?? null, nevra, name, provides, requires, files };
  });
}

type Offer = ReadonlyMap<string, readonly { readonly of: Held; readonly provided: Dependency }[]>;

function offerOf(all: readonly Held[]): Offer {
  const offer = new Map<string, { readonly of: Held; readonly provided: Dependency }[]>();
  for (const of of all) {
    for (const provided of [...of.provides, ...of.files.map((name) => ({ name }))]) {
      const same = offer.get(provided.name);
      if (same) same.push({ of, provided });
      else offer.set(provided.name, [{ of, provided }]);
    }
  }
  return offer;
}

function providersIn(required: Dependency, offer: Offer): readonly Held[] {
  return (offer.get(required.name) ?? []).filter(({ provided }) => satisfies(provided, required)).map(({ of }) => of);
}

function isMet(required: Dependency, offer: Offer): boolean {
  if (required.name.startsWith('rpmlib(')) return true;
  if (!isRich(required.name)) return providersIn(required, offer).length > 0;
  return satisfiesRich(parseRichDependency(required.name), (one) => [...providersIn(one, offer)]);
}

const limits = { seconds: 300, memoryBytes: 2 ** 32, processes: 256, diskBytes: 2 ** 33 };
const configuration =
  'printf "[main]\\nreposdir=/nonexistent\\nvarsdir=/nonexistent\\ngpgcheck=0\\ncachedir=/tmp/cache\\nlogdir=/tmp\\n' +
  'persistdir=/tmp/lib\\npluginconfpath=/nonexistent\\n[r]\\nname=r\\nbaseurl=file:///repository\\n" > /tmp/dnf.conf; ' +
  'dnf -q --config /tmp/dnf.conf --releasever 1 --installroot /tmp/root repoclosure --repo r';

/** dnf's word on what is unresolved in the second repository and was not in the first; empty where it is not installed. */
export async function repoclosure(shelves: Shelves, folders: readonly string[]): Promise<readonly BrokenRequirement[]> {
  const [before, after] = await Promise.all(folders.map((folder) => unresolvedIn(shelves, folder)));
  if (!before || !after) return [];
  const known = new Set(before.map((one) => `${nameOf(one.package)} ${one.requirement}`));
  const fresh = after.filter((one) => !known.has(`${nameOf(one.package)} ${one.requirement}`));
  return fresh.map((one) => ({ ...one, component: null, causes: [] }));
}

async function unresolvedIn({ host, path }: Shelves, folder: string) {
  if (!(await isInstalled())) return null;
  const { code, stdout } = await runStep({
    argv: sandboxCommand(host, {
      root: 'host',
      work: null,
      binds: [{ from: folder.slice(host.dir.length + 1), to: '/repository' }],
      path,
      limits,
      argv: ['/bin/sh', '-c', configuration],
    }),
    path,
    output: 'returned',
  });
  return code === null ? null : unresolvedOf(stdout);
}

/** `package: NEVRA from REPO`, `  unresolved deps:`, and the requirements below it. */
export function unresolvedOf(text: string): readonly { readonly package: string; readonly requirement: string }[] {
  const found: { readonly package: string; readonly requirement: string }[] = [];
  let current = '';
  for (const line of text.split('\n')) {
    const head = /^package: (\S+) from /.exec(line);
    if (head) current = head[1]!;
    const requirement = /^\s{4,}(\S.*)$/.exec(line)?.[1];
    if (requirement !== undefined && current !== '') found.push({ package: current, requirement });
  }
  return found;
}

function nameOf(nevra: string): string {
  return nevra.replace(/-[^-]+-[^-]+$/, '');
}

const plugin = [
  '/usr/lib/python3/dist-packages/dnf-plugins/repoclosure.py',
  ...['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'].map(
    (version) => `/usr/lib/python${version}/site-packages/dnf-plugins/repoclosure.py`,
  ),
];

async function isInstalled(): Promise<boolean> {
  const found = await Promise.all(plugin.map((path) => stat(path).catch(() => null)));
  return found.some((one) => one !== null);
}
