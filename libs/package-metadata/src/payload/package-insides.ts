import { createHash } from 'node:crypto';
import { readCpio, type CpioFile } from './cpio';
import { isElf, readElfSymbols, type ElfSymbols } from './elf';

/** What the files of a package tell beyond its metadata. */
export interface PackageInsides {
  /** Programs and libraries, by path. */
  readonly elf: Readonly<Record<string, ElfSymbols>>;
  /** Header files and macro files of rpm: path -> sha256 of the content. */
  readonly digests: Readonly<Record<string, string>>;
  /** Files that were too large to look into. */
  readonly skipped: readonly string[];
}

const mostElfBytes = 128 * 1024 * 1024;
const mostFiles = 500_000;
const regularFile = 0o100000;
const digested = /^\/usr\/include\/|^\/usr\/lib\/rpm\/macros\.d\//;

/**
 * Looks into the payload of a package, file by file; no more than one file is held.
 * @throws Error that says what is wrong with the archive and where
 */
export async function readPackageInsides(payload: AsyncIterable<Uint8Array>): Promise<PackageInsides> {
  const elf: Record<string, ElfSymbols> = {};
  const digests: Record<string, string> = {};
  const skipped: string[] = [];
  let files = 0;
  for await (const file of readCpio(payload)) {
    if (++files > mostFiles) throw new Error(`it has more than ${mostFiles} files`);
    // rpm writes the content of linked files once, with the last of them.
    if ((file.mode & 0o170000) !== regularFile || file.size === 0) continue;
    if (digested.test(file.path)) digests[file.path] = await digestOf(file);
    else if (!/^\/usr\/(share|src)\//.test(file.path)) await lookInto(file, elf, skipped);
  }
  return { elf, digests, skipped };
}

async function digestOf(file: CpioFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of file.content()) hash.update(part);
  return hash.digest('hex');
}

async function lookInto(file: CpioFile, elf: Record<string, ElfSymbols>, skipped: string[]): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const part of file.content()) {
    if (parts.length === 0 && !isElf(part)) return;
    if (file.size > mostElfBytes) return void skipped.push(file.path);
    parts.push(part);
  }
  const symbols = readElfSymbols(Buffer.concat(parts));
  if (symbols) elf[file.path] = symbols;
}
