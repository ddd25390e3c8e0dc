import type { ComposeName } from './state';

export interface Tree {
  readonly name: ComposeName;
  readonly variant: string;
  readonly arch: string;
  /** Seconds. */
  readonly epoch: number;
  /** Hex digest of `repodata/repomd.xml`. */
  readonly repomd: string;
}

/** The `.treeinfo` of one tree (productmd 1.2; its `general` section is for installers that know no other). */
export function treeInfo({ name, variant, arch, epoch, repomd }: Tree): string {
  const { title, short, version } = name;
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    checksums: { 'repodata/repomd.xml': `sha256:${repomd}` },
    general: {
      arch,
      family: title,
      name: `${title} ${version}`,
      packagedir: 'Packages',
      platforms: arch,
      repository: '.',
      timestamp: String(epoch),
      variant,
      variants: variant,
      version,
    },
    header: { type: 'productmd.treeinfo', version: '1.2' },
    release: { name: title, short, version },
    tree: { arch, build_timestamp: String(epoch), platforms: arch, variants: variant },
    [`variant-${variant}`]: {
      id: variant,
      name: variant,
      packages: 'Packages',
      repository: '.',
      type: 'variant',
      uid: variant,
    },
  };
  return Object.entries(sections)
    .map(([section, lines]) => `[${section}]\n${Object.entries(lines).map(lineOf).join('')}\n`)
    .join('');
}

function lineOf([key, value]: readonly [string, string]): string {
  return `${key} = ${value.replace(/\s+/g, ' ')}\n`;
}
