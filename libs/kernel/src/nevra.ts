/** An RPM's name, epoch, version, release and architecture. */
export interface Nevra {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
}

/** `name-version-release`, the name of a build in Koji and here. */
export function nvrOf(of: Pick<Nevra, 'name' | 'version' | 'release'>): string {
  return `${of.name}-${of.version}-${of.release}`;
}

/** Splits an NVR at its last two dashes; null when it has fewer. */
export function parseNvr(nvr: string): Pick<Nevra, 'name' | 'version' | 'release'> | null {
  const match = /^(.+)-([^-]+)-([^-]+)$/.exec(nvr);
  return match ? { name: match[1]!, version: match[2]!, release: match[3]! } : null;
}

/** `name-epoch:version-release.arch`, the key of productmd's rpms.json: the epoch is always there. */
export function nevraText(of: Nevra): string {
  return `${of.name}-${of.epoch}:${of.version}-${of.release}.${of.arch}`;
}
