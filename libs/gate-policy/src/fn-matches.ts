/**
 * Does a pattern of Python's `fnmatch` match the whole text? `*` any run, `?` one character, `[abc]`, `[a-z]`, `[!abc]`.
 * At most pattern × text steps: a regular expression could be made to take for ever.
 */
export function fnMatches(pattern: string, text: string): boolean {
  const parts = partsOf(pattern);
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const part = parts[p];
    if (part === 'any run') {
      star = p++;
      resume = t;
    } else if (part !== undefined && fits(part, text[t]!)) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (parts[p] === 'any run') p++;
  return p === parts.length;
}

interface OneCharacter {
  /** null: whichever. */
  readonly ranges: readonly (readonly [string, string])[] | null;
  readonly negated: boolean;
}
type Part = 'any run' | OneCharacter;

function fits(part: Part, character: string): boolean {
  if (part === 'any run') return false;
  if (part.ranges === null) return true;
  return part.ranges.some(([from, to]) => from <= character && character <= to) !== part.negated;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    const end = character === '[' ? endOfClass(pattern, i) : -1;
    if (end > 0) {
      parts.push(classOf(pattern.slice(i + 1, end)));
      i = end;
    } else if (character === '*') parts.push('any run');
    else parts.push({ ranges: character === '?' ? null : [[character, character]], negated: false });
  }
  return parts;
}

/** Where the class that opens at `start` closes; -1: it never does, and `[` means itself. */
function endOfClass(pattern: string, start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', first + 1);
}

function classOf(text: string): OneCharacter {
  const negated = text.startsWith('!');
  const body = negated ? text.slice(1) : text;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; i++) {
    if (body[i + 1] === '-' && i + 2 < body.length) {
      ranges.push([body[i]!, body[i + 2]!]);
      i += 2;
    } else ranges.push([body[i]!, body[i]!]);
  }
  return { ranges, negated };
}
