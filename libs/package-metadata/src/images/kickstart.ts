import type { DefinitionProblem, ImageDescription, InstalledName } from './image-description';
import { imageError } from './image-description';

const mostCharacters = 1024 * 1024;

/**
 * The packages of a kickstart file (pykickstart's documentation, `%packages`): names, groups (`@name`), environments
 * (`@^name`), and what is left out (`-name`).
 * @throws AppError `image-definition` with file and line
 */
export function readKickstart(text: string, what = 'kickstart'): ImageDescription {
  if (text.length > mostCharacters) throw imageError(what, `it has more than ${mostCharacters} characters`);
  const names = new Map<string, InstalledName>();
  const modules: string[] = [];
  const left = new Set<string>();
  const problems: DefinitionProblem[] = [];
  let section: { readonly name: string; readonly line: number } | null = null;
  for (const [n, raw] of text.split(/\r?\n/).entries()) {
    const line = section !== null && section.name !== 'packages' ? raw.trim() : raw.replace(/(^|\s)#.*$/, '').trim();
    const where = `${what}, line ${n + 1}`;
    if (line === '') continue;
    const opens = /^%(packages|pre|pre-install|post|onerror|traceback|addon|anaconda|certificate)\b/.exec(line);
    if (/^%end\b/.test(line)) {
      if (!section) throw imageError(where, '%end ends no section');
      section = null;
    } else if (opens) {
      if (section) throw imageError(where, `a section begins within %${section.name} of line ${section.line}`);
      section = { name: opens[1]!, line: n + 1 };
    } else if (/^%(include|ksappend)\b/.test(line)) {
      problems.push({ line: n + 1, what: line.slice(0, 200), why: 'included files are not followed' });
    } else if (section?.name === 'packages') {
      const problem = packageLine(line, { names, left, modules });
      if (problem !== null) problems.push({ line: n + 1, what: line.slice(0, 200), why: problem });
    }
  }
  if (section) throw imageError(`${what}, line ${section.line}`, `%${section.name} has no %end`);
  for (const name of left) names.delete(name);
  return { parents: [], installs: [...names.values()], buildInstalls: [], modules, problems };
}

function packageLine(
  line: string,
  { names, left, modules }: { names: Map<string, InstalledName>; left: Set<string>; modules: string[] },
): string | null {
  const [word] = line.split(/\s+/);
  const stream = /^@([A-Za-z0-9][\w.+-]*:[\w.+-]+)(\/.*)?$/.exec(word!);
  if (stream) {
    modules.push(stream[1]!);
    return null;
  }
  if (/^-?@/.test(word!)) return 'groups and environments are not followed';
  if (/[*?[]/.test(word!)) return 'patterns are not followed';
  const name = word!.replace(/^-/, '').replace(/\.(x86_64|aarch64|ppc64le|s390x|i[3-6]86|noarch)$/, '');
  if (!/^[A-Za-z0-9/][A-Za-z0-9._+()/-]*$/.test(name)) return 'no name of a package';
  if (word!.startsWith('-')) left.add(name);
  else names.set(name, { family: 'rpm', name });
  return null;
}
