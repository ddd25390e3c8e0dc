import { doors } from '@millrace/contracts';
import type { RepositoryPackage } from '@millrace/package-metadata';
import type { Asker } from '@millrace/service';
import type { Validated } from './gather';
import { limited } from './limited';

/** Is the repository a folder of this machine, as the local builder's is? A hub's is its own business. */
export function isLocal({ repository }: Validated): boolean {
  return !/^https?:/i.test(repository.address);
}

/** The packages of the validated builds, as the scheduler keeps their contents: no repository need be read for them. */
export async function packagesOfBuilds({ builds }: Validated, asker: Asker): Promise<readonly RepositoryPackage[]> {
  const rpms = builds.filter((one) => one.component.startsWith('rpm/'));
  const contents = await limited(rpms, 8, (one) => asker.ask(doors.scheduler.contents, { digest: one.contents }));
  return contents.flatMap(({ nvr, packages }) =>
    packages.map((one): RepositoryPackage => ({
      ...{ name: one.name, epoch: one.epoch, version: one.version, release: one.release, arch: one.arch },
      ...{ provides: one.provides, requires: one.requires, files: one.files, sourceRpm: `${nvr}.src.rpm` },
      ...{ location: one.path ?? '', size: one.size ?? 0, checksum: one.sha256 ?? '' },
    })),
  );
}
