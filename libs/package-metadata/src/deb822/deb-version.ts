/** A Debian version as text: `[epoch:]upstream[-revision]`. */
export type DebVersion = string;

/**
 * Compares two versions as dpkg does (deb-version(7), dpkg's lib/dpkg/version.c): the epoch by value, then upstream
 * version and revision by turns of text and number, where `~` comes before everything and even before the end, letters
 * come before all other characters, and a missing revision is as 0.
 * @returns -1, 0 or 1
 */
export function compareDebVersions(a: DebVersion, b: DebVersion): -1 | 0 | 1 {
  if (a === b) return 0;
  const left = partsOf(a);
  const right = partsOf(b);
  return sign(
    compareDigits(left.epoch, right.epoch) ||
      compareParts(left.upstream, right.upstream) ||
      compareParts(left.revision, right.revision),
  );
}

/** Whether dpkg takes the text for a version: digits first, and only the characters that it knows. */
export function isDebVersion(text: string): boolean {
  const { epoch, upstream, revision } = partsOf(text);
  return (
    /^\d{1,10}$/.test(epoch) &&
    Number(epoch) < 2 ** 31 &&
    /^\d[A-Za-z0-9.+~:-]*$/.test(upstream) &&
    /^[A-Za-z0-9.+~]*$/.test(revision) &&
    !text.endsWith('-')
  );
}

interface Parts {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

function partsOf(version: string): Parts {
  const colon = version.indexOf(':');
  const dash = version.lastIndexOf('-');
  const end = dash > colon ? dash : version.length;
  return {
    epoch: colon === -1 ? '0' : version.slice(0, colon),
    upstream: version.slice(colon + 1, end),
    revision: version.slice(end + 1),
  };
}

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigitAt(a, i)) || (j < b.length && !isDigitAt(b, j))) {
      const order = weightAt(a, i) - weightAt(b, j);
      if (order !== 0) return order;
      i++;
      j++;
    }
    const numberA = digitsEnd(a, i);
    const numberB = digitsEnd(b, j);
    const order = compareDigits(a.slice(i, numberA), b.slice(j, numberB));
    if (order !== 0) return order;
    i = numberA;
    j = numberB;
  }
  return 0;
}

/** Numbers of any length by value; none at all is 0. */
function compareDigits(a: string, b: string): number {
  const left = withoutZeros(a);
  const right = withoutZeros(b);
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** A digit and the end weigh the same, `~` less, letters more, and everything else more than they. */
function weightAt(text: string, at: number): number {
  if (at >= text.length || isDigitAt(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 126) return -1;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigitAt(text, end)) end++;
  return end;
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits.charCodeAt(start) === 48) start++;
  return start === 0 ? digits : digits.slice(start);
}

function sign(order: number): -1 | 0 | 1 {
  if (order === 0) return 0;
  return order < 0 ? -1 : 1;
}
