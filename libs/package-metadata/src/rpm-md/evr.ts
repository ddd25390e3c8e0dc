/** Epoch, version, release of an RPM, as text. A missing epoch is 0. */
export interface Evr {
  readonly epoch?: string | undefined;
  readonly version: string;
  readonly release?: string | undefined;
}

/**
 * Compares two version (or release, or epoch) texts as rpm does (rpmio/rpmvercmp.c): segments of digits or of letters
 * one by one, numbers by value, `~` before everything and even before the end, `^` after the end but before more text.
 * @returns -1, 0 or 1
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (i < a.length && isSeparator(a.charCodeAt(i))) i++;
    while (j < b.length && isSeparator(b.charCodeAt(j))) j++;
    const mark = compareMarks(a[i], b[j]);
    if (mark === 'both') {
      i++;
      j++;
      continue;
    }
    if (mark !== null) return mark;
    if (i >= a.length || j >= b.length) break;
    const kind = isDigit(a.charCodeAt(i)) ? isDigit : isLetter;
    const left = run(a, i, kind);
    const right = run(b, j, kind);
    if (right === '') return kind === isDigit ? 1 : -1;
    const order = kind === isDigit ? compareNumbers(left, right) : compareTexts(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
  if (i >= a.length && j >= b.length) return 0;
  return i < a.length ? 1 : -1;
}

/** Epoch, then version, then release; a side without a release is equal in it. */
export function compareEvr(a: Evr, b: Evr): -1 | 0 | 1 {
  return (
    compareVersions(a.epoch || '0', b.epoch || '0') ||
    compareVersions(a.version, b.version) ||
    (a.release && b.release ? compareVersions(a.release, b.release) : 0)
  );
}

/** `[epoch:]version[-release]`. */
export function parseEvr(text: string): Evr {
  const colon = text.indexOf(':');
  const epoch = colon > 0 && /^\d+$/.test(text.slice(0, colon)) ? text.slice(0, colon) : undefined;
  const rest = epoch === undefined ? text : text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const [version, release] = dash === -1 ? [rest, undefined] : [rest.slice(0, dash), rest.slice(dash + 1)];
  return { ...(epoch === undefined ? {} : { epoch }), version, ...(release === undefined ? {} : { release }) };
}

function compareMarks(a: string | undefined, b: string | undefined): -1 | 1 | 'both' | null {
  if (a === '~' || b === '~') {
    if (a !== '~') return 1;
    return b === '~' ? 'both' : -1;
  }
  if (a !== '^' && b !== '^') return null;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  if (a !== '^') return 1;
  return b === '^' ? 'both' : -1;
}

function compareNumbers(a: string, b: string): -1 | 0 | 1 {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length > right.length ? 1 : -1;
  return compareTexts(left, right);
}

function compareTexts(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function run(text: string, from: number, kind: (code: number) => boolean): string {
  let end = from;
  while (end < text.length && kind(text.charCodeAt(end))) end++;
  return text.slice(from, end);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function isSeparator(code: number): boolean {
  return !isDigit(code) && !isLetter(code) && code !== 126 && code !== 94;
}
