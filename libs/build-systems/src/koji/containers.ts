import type { Contents } from '@millrace/contracts';
import { nevraText } from '@millrace/kernel';
import type { Build, RpcStruct, Rpm } from '@millrace/koji';
import type { Place } from '../build-system';
import { markerOf } from './marker';
import { allPlaces } from './place-book';
import { refOfTask } from './ref';
import { untilRepository } from './repositories';
import type { KojiParts, KojiTarget } from './settings';
import type { WatchedTask } from './task-watch';

/** A repository made on demand from what the cascade has validated by now, as options of buildContainer. */
export async function repositoryFor(
  parts: KojiParts,
  place: Place,
  target: KojiTarget,
): Promise<{ readonly event: number; readonly options: RpcStruct }> {
  const repo = await untilRepository(parts, place.id);
  const event = repo.begin_event ?? repo.create_event;
  const template = target.repo_file ?? `${parts.options.topUrl}/repos/{tag}/{repo}/`;
  const address = template.replaceAll('{tag}', place.id).replaceAll('{repo}', String(repo.id));
  // The commit is in the source's address; the branch is where builders look for it.
  return { event, options: { yum_repourls: [address], git_branch: target.branch ?? 'main' } };
}

export interface Stale {
  readonly nevra: string;
  /** NVR of the build that it should be of. */
  readonly wanted: string;
}

/** RPMs inside that are older than what the cascade had validated when the container was submitted. */
export async function staleInside(parts: KojiParts, { task }: WatchedTask, build: Build): Promise<readonly Stale[]> {
  const ours = markerOf(task);
  if (!ours || ours.millrace_event === undefined || ours.millrace_cascade === null) return [];
  const opened = (await allPlaces(parts)).find(
    ({ place }) => place.release === ours.millrace_release && place.cascade === ours.millrace_cascade,
  );
  if (!opened) return [];
  const validated = await parts.hub.listTagged(opened.place.id, { latest: true, event: ours.millrace_event });
  const wanted = new Map(validated.map((one) => [one.name, one]));
  const inside = await rpmsInside(parts, build);
  return inside.flatMap(({ rpm, of }) => {
    const should = of ? wanted.get(of.name) : undefined;
    return should && of && should.build_id !== of.build_id ? [{ nevra: nevraOf(rpm), wanted: should.nvr }] : [];
  });
}

/** What the image holds, as inputs. */
export async function contentsOfImage(
  parts: KojiParts,
  build: Build,
  ref: string,
  component: string,
): Promise<Contents> {
  const [archive] = await parts.hub.listArchives(build.build_id);
  const inside = await rpmsInside(parts, build);
  return {
    ...{ component, nvr: build.nvr, build: ref, packages: [], buildRequires: [] },
    inputs: inside.map(({ rpm, of }) => ({
      nevra: nevraOf(rpm),
      component: of ? `rpm/${of.name}` : null,
      nvr: of?.nvr ?? `${rpm.name}-${rpm.version}-${rpm.release}`,
      build: of?.task_id ? refOfTask(of.task_id) : null,
    })),
    image: { digest: archive?.checksum ?? '', layout: archive?.filename ?? '' },
  };
}

interface Inside {
  readonly rpm: Rpm;
  readonly of: Build | null;
}

async function rpmsInside(parts: KojiParts, build: Build): Promise<readonly Inside[]> {
  const archives = await parts.hub.listArchives(build.build_id);
  const rpms = (await Promise.all(archives.map((one) => parts.hub.listImageRpms(one.id)))).flat();
  const ids = [...new Set(rpms.flatMap((one) => one.build_id ?? []))];
  const answers = await parts.hub.getBuilds(ids);
  const builds = new Map(ids.map((id, n) => [id, answers[n]!.ok ? answers[n]!.value : null]));
  return rpms.map((rpm) => ({ rpm, of: (rpm.build_id && builds.get(rpm.build_id)) || null }));
}

function nevraOf(rpm: Rpm): string {
  return nevraText({ ...rpm, epoch: String(rpm.epoch ?? 0) });
}
