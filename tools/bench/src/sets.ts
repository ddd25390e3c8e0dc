import type { Client } from '@millrace/admin-client';
import { doors, type DoorRequest } from '@millrace/contracts';
import { release } from './questions';

type Reach = Omit<DoorRequest<typeof doors.resolver.reach>, 'release'>;

interface Known {
  readonly name: string;
  /** What others count on the same files. */
  readonly others: string;
  readonly ask: Reach;
  /** Those count too whose builds lose something. */
  readonly withBuilds?: boolean;
}

/** Transitions as release teams count them; the changed source itself is in their counts when it matches. */
const known: readonly Known[] = [
  {
    name: 'perl, by perlapi-5.36.0 or libperl5.36',
    others: '622 to 623 in 5 to 6',
    ask: { changed: ['deb/perl'], lost: ['perlapi-5.36.0', 'libperl5.36'] },
  },
  { name: 'openssl, by libssl3', others: '621', ask: { changed: ['deb/openssl'], lost: ['libssl3'] } },
  {
    name: 'openssl, as its transition (libssl-dev to build, or libssl3)',
    others: '779 to 781 in 12',
    ask: { changed: ['deb/openssl'], lost: ['libssl3', 'libssl-dev'] },
    withBuilds: true,
  },
  {
    name: 'ocaml, by ABI name',
    others: '215',
    ask: { changed: ['deb/ocaml'], lost: ['ocaml-base-4.13.1', 'ocaml-base-nox-4.13.1'] },
  },
  {
    name: 'ocaml, as its transition (`ocaml` somewhere in Build-Depends)',
    others: '361 in 23',
    ask: { changed: ['deb/ocaml', 'deb/dh-ocaml'], scope: 'direct' },
  },
  { name: 'icu, by libicu72', others: '136 in 7', ask: { changed: ['deb/icu'], lost: ['libicu72'] } },
  { name: 'R, by r-api-4.0', others: '1,290 in 16', ask: { changed: ['deb/r-base'], lost: ['r-api-4.0'] } },
  ...(
    [
      ['openssl', '769', '590'],
      ['python3-defaults', '5,936', '5,311'],
      ['ocaml', '311', '268'],
      ['perl', '4,372', '4,204'],
      ['zlib', '1,435', '1,017'],
      ['icu', '134', '113'],
      ['ghc', '1,118', '1,071'],
    ] as const
  ).flatMap(([name, direct, linked]): Known[] => [
    { name: `${name}, direct`, others: direct, ask: { changed: [`deb/${name}`], scope: 'direct' } },
    { name: `${name}, linked`, others: linked, ask: { changed: [`deb/${name}`], scope: 'linked' } },
  ]),
  { name: 'openssl, transitive', others: '34,271', ask: { changed: ['deb/openssl'], scope: 'transitive' } },
];

/** The sets of known transitions as we count them, beside what others count; `docs/performance.md` explains differences. */
export async function knownSets(client: Client): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { name, others, ask, withBuilds } of known) {
    const { set, tiers, needsChange } = await client.call(doors.resolver.reach, { release, ...ask });
    const builds = withBuilds === true ? needsChange : [];
    const components = new Set([...set, ...builds].map((one) => one.id)).size;
    lines.push(`${name}: ${components} in ${tiers} tiers; others: ${others}`);
  }
  return lines;
}
