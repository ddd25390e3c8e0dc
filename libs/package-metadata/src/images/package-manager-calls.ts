import type { DefinitionProblem, InstalledName, PackageFamily } from './image-description';
import type { ShellWord } from './shell-commands';

/** What the calls of package managers in one script ask for. */
export interface Asked {
  readonly installs: readonly InstalledName[];
  /** Module streams: `name:stream`. */
  readonly modules: readonly string[];
  readonly problems: readonly Omit<DefinitionProblem, 'line'>[];
}

interface PackageManager {
  /** Null: its packages are not in any graph that is read here. */
  readonly family: PackageFamily | null;
  readonly verbs: readonly string[];
  /** Options that have a value as a word of its own. */
  readonly valued: RegExp;
}

const dnf: PackageManager = {
  family: 'rpm',
  verbs: ['install', 'localinstall', 'reinstall'],
  valued:
    /^(--(installroot|releasever|repo|repoid|enablerepo|disablerepo|exclude|setopt|config|forcearch|repofrompath|disableexcludes)|-[xcdeR])$/,
};
const apt: PackageManager = {
  family: 'deb',
  verbs: ['install'],
  valued: /^(-[octa]|--(option|config-file|target-release|default-release|host-architecture))$/,
};
const zypper: PackageManager = {
  family: 'rpm',
  verbs: ['install', 'in'],
  valued: /^(-[rRt]|--(repo|root|installroot|releasever|from|type))$/,
};
const apk: PackageManager = { family: null, verbs: ['add'], valued: /^(-[tXp]|--(virtual|repository|root|arch))$/ };

const managers: Readonly<Record<string, PackageManager>> = {
  ...{ dnf, dnf5: dnf, yum: dnf, microdnf: dnf, tdnf: dnf },
  ...{ apt, 'apt-get': apt, aptitude: apt, zypper, apk },
};

/** What commands install by the package managers of RPM, Debian and Alpine, and what of it only a build can tell. */
export function packagesAskedFor(commands: readonly (readonly ShellWord[])[]): Asked {
  const asked = {
    installs: [] as InstalledName[],
    modules: [] as string[],
    problems: [] as Omit<DefinitionProblem, 'line'>[],
  };
  for (const [program, ...others] of commands) {
    const name = program!.text.replace(/^.*\//, '');
    const manager = Object.hasOwn(managers, name) ? managers[name]! : null;
    if (manager) askedOf(manager, name, others, asked);
  }
  return asked;
}

type Gathered = { installs: InstalledName[]; modules: string[]; problems: Omit<DefinitionProblem, 'line'>[] };

function askedOf(manager: PackageManager, program: string, words: readonly ShellWord[], asked: Gathered): void {
  const [verb, ...rest] = withoutOptions(words, manager.valued);
  if (verb === undefined) return;
  if (verb.text === 'module') return streamsAsked(rest, asked);
  if (/^(groupinstall|group)$/.test(verb.text)) {
    asked.problems.push({ what: rest.map((one) => one.text).join(' '), why: 'groups are not followed' });
    return;
  }
  if (!manager.verbs.includes(verb.text)) return;
  for (const word of rest) {
    const why = manager.family === null ? `packages of ${program} are not followed` : whyNot(word);
    if (why !== null) asked.problems.push({ what: word.text.slice(0, 200), why });
    else if (word.text.startsWith('@'))
      streamsAsked(
        [
          { text: 'install', unknown: false },
          { ...word, text: word.text.slice(1) },
        ],
        asked,
      );
    else if (!isRemoval(word.text, manager.family!))
      asked.installs.push({ family: manager.family!, name: nameOf(word.text, manager.family!) });
  }
}

/** `perl:5.30/common`: a stream of a module, and a profile of it; without a stream the default one. */
function streamsAsked([verb, ...words]: readonly ShellWord[], asked: Gathered): void {
  if (!verb || !/^(install|enable|switch-to)$/.test(verb.text)) return;
  for (const { text } of words) {
    const [, name, stream] = /^([A-Za-z0-9][A-Za-z0-9._+-]*)(?::([A-Za-z0-9._+-]+))?(?:\/.*)?$/.exec(text) ?? [];
    if (name !== undefined && stream !== undefined) asked.modules.push(`${name}:${stream}`);
    else
      asked.problems.push({ what: text.slice(0, 200), why: 'groups, and modules without a stream, are not followed' });
  }
}

function withoutOptions(words: readonly ShellWord[], valued: RegExp): readonly ShellWord[] {
  const found: ShellWord[] = [];
  for (let n = 0; n < words.length; n++) {
    const { text } = words[n]!;
    if (/^\d*[<>]/.test(text)) break;
    if (valued.test(text)) n++;
    else if (!text.startsWith('-')) found.push(words[n]!);
  }
  return found;
}

function whyNot({ text, unknown }: ShellWord): string | null {
  if (unknown) return 'only the build itself can tell what it stands for';
  if (/^[a-z]+:\/\/|\.(rpm|deb|apk)$/.test(text)) return 'a file instead of a package of a repository is not followed';
  if (/[*?[\]]/.test(text.replace(/=.*$/, ''))) return 'patterns are not followed';
  return /^[A-Za-z0-9/@][A-Za-z0-9._+:()/~^-]*($|=|\s*[<>=]{1,2}\s*\S+$)/.test(text) ? null : 'no name of a package';
}

/** `apt-get install` removes what has a minus behind it. */
function isRemoval(text: string, family: PackageFamily): boolean {
  return family === 'deb' && text.endsWith('-');
}

/** Without what pins its version, suite or architecture. */
function nameOf(text: string, family: PackageFamily): string {
  if (family === 'deb')
    return text
      .replace(/[=/].*$/, '')
      .replace(/:[a-z0-9]+$/, '')
      .replace(/[+-]$/, '');
  const nevra = /^(.+)-[^-]+-[^-]+\.(noarch|x86_64|aarch64|ppc64le|s390x|i[3-6]86)$/.exec(text);
  return nevra ? nevra[1]! : text.replace(/\.(x86_64|aarch64|ppc64le|s390x|i[3-6]86|noarch)$/, '');
}
