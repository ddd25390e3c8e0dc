import { canonicalJson, sha256 } from '@millrace/kernel';
import type { ContainerDescription } from '@millrace/package-metadata';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256Of } from './stages/repository';

export interface ImageFacts {
  readonly name: string;
  readonly tag: string;
  readonly nvr: string;
  /** NEVRA of the platform that the layer lies over. */
  readonly platform: string;
  /** Seconds since 1970. */
  readonly created: number;
}

const media = 'application/vnd.oci.image';

/**
 * Writes an OCI image layout 1.0 with one uncompressed layer, and gives the manifest's digest. Equal layers, definitions
 * and facts give equal bytes.
 */
export async function writeLayout(
  folder: string,
  layerTar: string,
  definition: ContainerDescription,
  facts: ImageFacts,
): Promise<string> {
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const layer = { digest: `sha256:${await sha256Of(layerTar)}`, size: (await stat(layerTar)).size };
  await copyFile(layerTar, join(blobs, layer.digest.slice(7)));
  const config = await writeBlob(blobs, configOf(definition, facts, layer.digest));
  const annotations = {
    'org.opencontainers.image.title': facts.name,
    'org.opencontainers.image.version': facts.nvr,
    // Truth in labelling: without the host's own files below it, nothing in the layer runs.
    'org.opencontainers.image.base.name': facts.platform,
  };
  const manifest = await writeBlob(blobs, {
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: { mediaType: `${media}.config.v1+json`, ...config },
    layers: [{ mediaType: `${media}.layer.v1.tar`, ...layer }],
    annotations,
  });
  const reference = { 'org.opencontainers.image.ref.name': facts.tag };
  const entry = { mediaType: `${media}.manifest.v1+json`, ...manifest, annotations: reference };
  await writeFile(join(folder, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(folder, 'index.json'), canonicalJson({ schemaVersion: 2, manifests: [entry] }));
  return manifest.digest;
}

function configOf(definition: ContainerDescription, { created, platform }: ImageFacts, diffId: string): unknown {
  const { entrypoint, command, labels } = definition;
  const at = new Date(created * 1000).toISOString();
  return {
    created: at,
    architecture: { x64: 'amd64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    config: {
      ...(entrypoint ? { Entrypoint: entrypoint } : {}),
      ...(command ? { Cmd: command } : {}),
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [
      { created: at, created_by: `dnf install ${definition.installs.join(' ')}`, comment: `layer over ${platform}` },
    ],
  };
}

async function writeBlob(blobs: string, value: unknown): Promise<{ digest: string; size: number }> {
  const text = canonicalJson(value);
  const hex = sha256(text);
  await writeFile(join(blobs, hex), text);
  return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}
