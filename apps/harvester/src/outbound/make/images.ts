import type { Contents } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { ImageEntry } from '../../domain/productmd';
import type { Bench } from './repodata';
import { digestOfFile } from './repository-files';
import { runToolWell } from './run-tool';

/** Writes each image as an archive of its OCI layout, with a list of checksums beside them. */
export async function placeImages(
  tree: string,
  variant: string,
  arch: string,
  builds: readonly Contents[],
  bench: Bench,
): Promise<readonly ImageEntry[]> {
  const folder = `${variant}/${arch}/images`;
  const entries: ImageEntry[] = [];
  for (const { nvr, component, image } of builds) {
    if (!image) continue;
    const path = `${folder}/${fileName(nvr)}.${arch}.ociarchive`;
    const file = join(tree, path);
    await archive(await layoutOf(component, image.layout, image.digest), file, bench);
    const { size } = await stat(file);
    const sha256 = await digestOfFile(file);
    entries.push({ variant, arch, path, mtime: bench.epoch, size, sha256, subvariant: component });
  }
  if (entries.length > 0) await writeFile(join(tree, folder, 'SHA256SUM'), entries.map(checksumLines).join(''));
  return entries;
}

async function archive(layout: string, file: string, bench: Bench): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const steady = [
    '--format=gnu',
    '--sort=name',
    `--mtime=@${bench.epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
  ];
  await runToolWell(['tar', '-cf', file, ...steady, '-C', layout, '.'], bench.work, bench.signal);
  await utimes(file, bench.epoch, bench.epoch);
}

/** The layout's folder, which must hold the manifest that the build was validated with. */
async function layoutOf(component: string, layout: string, digest: string): Promise<string> {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  const found = hex && isAbsolute(layout) && normalize(layout) === layout;
  const manifest = found ? await digestOfFile(join(layout, 'blobs', 'sha256', hex)).catch(() => null) : null;
  if (manifest !== null && manifest === hex) return layout;
  throw new AppError({
    code: 'image-unusable',
    kind: 'invalid',
    message: `the image of ${component} is not whole at '${layout.slice(0, 300)}': no manifest ${digest.slice(0, 80)}`,
    remedy: 'rebuild it, and make the compose again',
  });
}

function checksumLines({ path, size, sha256 }: ImageEntry): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return `# ${name}: ${size} bytes\nSHA256 (${name}) = ${sha256}\n`;
}

function fileName(nvr: string): string {
  return nvr.replace(/[^A-Za-z0-9._+~^-]/g, '_').replace(/^\.+/, '');
}
