import { AppError } from '@millrace/kernel';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { outcomeOf, runInRoot, type Bench, type Outcome } from '../check';

const check = 'image-start';
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const index = z.object({ manifests: z.array(z.object({ digest })).min(1) });
const manifest = z.object({ config: z.object({ digest }), layers: z.array(z.object({ digest })).max(128) });
const config = z.object({
  config: z.object({ Entrypoint: z.array(z.string()).nullish(), Cmd: z.array(z.string()).nullish() }).default({}),
});
const mostBytesOfJson = 4 * 1024 * 1024;

/**
 * Does the image, an OCI layout in the candidate repository, unpack over the host's platform, and does its entry point
 * end with 0? Every blob is held against its digest first.
 */
export async function checkImage(bench: Bench): Promise<readonly Outcome[]> {
  try {
    return [await start(bench, await readImage(await findLayout(bench.build.candidate)))];
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.kind === 'invalid')) throw thrown;
    return [{ check, result: 'failed', note: thrown.message.slice(0, 500), output: '', seconds: 0 }];
  }
}

interface Image {
  /** Paths of the layers, lowest first. */
  readonly layers: readonly string[];
  readonly command: readonly string[];
}

async function start(bench: Bench, { layers, command }: Image): Promise<Outcome> {
  for (const layer of layers) {
    const argv = ['tar', '-xf', '/mnt/layer', '-C', '/', '--no-same-owner', '--keep-directory-symlink'];
    const unpacked = await runInRoot(bench, check, { mode: 'install', show: [[layer, '/mnt/layer']], argv });
    if (unpacked.code !== 0) return outcomeOf(check, unpacked, { passed: '', failed: 'a layer does not unpack' });
  }
  const ran = await runInRoot(bench, check, { mode: 'run', show: [], argv: command });
  const first = ran.output.trim().split('\n')[0]!.slice(0, 300);
  return outcomeOf(check, ran, { passed: `starts: ${first}`, failed: `${command.join(' ')} fails` });
}

async function readImage(layout: string): Promise<Image> {
  const { manifests } = index.parse(await readJson(join(layout, 'index.json')));
  const { config: of, layers } = manifest.parse(await readJson(await blob(layout, manifests[0]!.digest)));
  const { Entrypoint, Cmd } = config.parse(await readJson(await blob(layout, of.digest))).config;
  const command = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  if (command.length === 0) throw unusable(layout, 'it has neither an entry point nor a command');
  return { layers: await Promise.all(layers.map((layer) => blob(layout, layer.digest))), command };
}

/** Path of a blob whose bytes are what its digest says. */
async function blob(layout: string, name: string): Promise<string> {
  const hex = name.slice('sha256:'.length);
  const path = join(layout, 'blobs/sha256', hex);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== hex) throw unusable(layout, `blob ${name} has other bytes than its digest says`);
  return path;
}

async function findLayout(candidate: string): Promise<string> {
  for (const folder of [candidate, join(candidate, 'oci')]) {
    if (await stat(join(folder, 'oci-layout')).catch(() => null)) return folder;
  }
  throw unusable(candidate, 'it has no oci-layout');
}

async function readJson(path: string): Promise<unknown> {
  if ((await stat(path)).size > mostBytesOfJson) throw unusable(path, `is over ${mostBytesOfJson} bytes`);
  return JSON.parse(await readFile(path, 'utf8'));
}

function unusable(where: string, why: string): AppError {
  return new AppError({
    code: 'image-unusable',
    kind: 'invalid',
    message: `${where} is no image that can be started: ${why}`,
    remedy: 'build the image again',
  });
}
