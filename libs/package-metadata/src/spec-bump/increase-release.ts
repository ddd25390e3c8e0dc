/**
 * The next value of a spec's Release, as rpmdev-bumpspec 1.0.13 (rpmdevtools) reckons it: the first number goes up
 * (after `0.` the second); `Njpp.M` counts in M; a value of another form gets its last `.N` counted up, or `.1`.
 */
export function increaseRelease(value: string): string {
  if (value.indexOf('jpp') > 0) return increaseJpackage(value) ?? increaseLast(value);
  return increaseFirst(value) ?? increaseLast(value);
}

/** The last `.N` counted up, or `.1` appended. */
export function increaseLast(value: string): string {
  const last = /^(.+\.)(\d+)$/s.exec(value);
  return last ? `${last[1]!}${plusOne(last[2]!)}` : `${value.trimEnd()}.1`;
}

function increaseFirst(value: string): string | null {
  const before = value.startsWith('0.') ? '0.' : '';
  const parts = /^(\d+)(.*)$/s.exec(value.slice(before.length));
  if (!parts) return null;
  // A pre-release that does not begin with `0.`: its first number is not the one that counts.
  if (before === '' && parts[2]!.includes('rc')) return null;
  return `${before}${plusOne(parts[1]!)}${parts[2]!}`;
}

function increaseJpackage(value: string): string | null {
  const parts = /^(.*\djpp\.)(.*)$/s.exec(value);
  const after = parts && increaseFirst(parts[2]!);
  return after === null ? null : `${parts![1]!}${after}`;
}

/** Numbers of any length: a release may be a date with a time. */
function plusOne(digits: string): string {
  return String(BigInt(digits) + 1n);
}
