import { doors } from '@millrace/contracts';
import { answer, type BoundDoor } from '@millrace/service';
import { systemsOf } from '../domain/policy';
import type { Rows } from '../domain/state';
import type { TableReader } from '@millrace/store';
import { missing } from './missing';
import { buildView, releaseView, revisionView } from './views';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
const own = doors.scheduler;

/** What a release's builds live in; asked of the build system when nothing has landed yet. */
export type AskRepository = (
  release: Rows['releases'],
  system: string,
) => Promise<{ readonly number: number; readonly address: string; readonly place: string }>;

/** Answers from the database alone. */
export function questions(read: Read, askRepository: AskRepository): readonly BoundDoor<never>[] {
  return [
    answer(own.releases, ({ name }) => showReleases(read, name)),
    answer(own.releaseHistory, async ({ name }) => {
      const rows = await read.revisions.where({ release: name }, { orderBy: '-number', limit: 500 });
      if (rows.length === 0) throw missing('release', name, 'look at `millrace release list`');
      return { revisions: rows.map(revisionView) };
    }),
    answer(own.builds, async ({ release, component, limit }) => {
      const filter = { ...(release ? { release } : {}), ...(component ? { component } : {}) };
      return { builds: (await read.builds.where(filter, { orderBy: '-started_at', limit })).map(buildView) };
    }),
    answer(own.build, async ({ build }) => {
      const row = await read.builds.get(build);
      if (!row) throw missing('build', build, 'look at `millrace build list`');
      return buildView(row);
    }),
    answer(own.contents, async ({ digest }) => {
      const row = await read.contents.get(digest);
      if (!row) throw missing('contents', digest, 'digests are in build.finished and in `validated`');
      return row.contents;
    }),
    answer(own.validated, ({ release }) => validated(read, askRepository, release)),
  ];
}

async function showReleases(read: Read, name: string | undefined) {
  if (name === undefined) return { releases: (await read.releases.where({})).map(releaseView) };
  const row = await read.releases.get(name);
  if (!row) throw missing('release', name, 'apply its definition first: millrace release apply FILE');
  return { releases: [releaseView(row)] };
}

async function validated(read: Read, askRepository: AskRepository, name: string) {
  const release = await read.releases.get(name);
  if (!release) throw missing('release', name, 'apply its definition first: millrace release apply FILE');
  const rows = await read.validated.where({ release: name });
  const [system] = systemsOf(release.definition);
  if (!release.repository && !system) throw missing('build system', name, 'add build_systems to its definition');
  const repository = release.repository ?? (await askRepository(release, system!));
  const builds = rows.map(({ component, build, nvr, contents, cascade }) => ({
    component,
    build,
    nvr,
    contents,
    cascade,
  }));
  return { release: name, repository, builds };
}
