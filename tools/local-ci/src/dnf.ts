import type { Inside } from './sandbox';

export const shownCandidate = '/mnt/candidate';
const shownBase = '/mnt/base';

/**
 * A dnf command for {@link commandIn}: it installs into the root that it runs in, from the named repositories alone.
 * Metadata are read anew each time, or a changed repository would be answered from a cache.
 */
export function dnf(
  folders: { readonly candidate: string; readonly base: string },
  release: string,
  repositories: readonly ('candidate' | 'base')[],
  words: readonly string[],
): Inside {
  const address = { candidate: `file://${shownCandidate}`, base: `file://${shownBase}` };
  return {
    mode: 'install',
    show: [
      [folders.candidate, shownCandidate],
      [folders.base, shownBase],
    ],
    argv: [
      ...['dnf', '-y', '--noplugins', '--nogpgcheck', '--releasever=1', '--refresh'],
      ...repositories.flatMap((name) => [`--repofrompath=${name},${address[name]}`, `--repo=${name}`]),
      ...['--setopt=reposdir=/nonexistent', '--setopt=install_weak_deps=0', '--setopt=metadata_expire=0'],
      `--setopt=module_platform_id=platform:${release.replace(/[^A-Za-z0-9.]/g, '')}`,
      ...words,
    ],
  };
}
