/** Longest texts that are kept; longer ones are cropped. */
export const longestValue = 8192;
export const longestReason = 256;
const mostValues = 100;

export function crop(text: string, length: number = longestValue): string {
  return text.length <= length ? text : text.slice(0, length);
}

/** A data value as ResultsDB keeps it: a list of texts; objects as JSON, the rest as Python's `str` writes it. */
export function valuesOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).slice(0, mostValues).map((one) => crop(textOf(one)));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null || value === undefined) return 'None';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Data without what is absent: undefined and null members are left out. */
export function dataOf(members: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  const present = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    present.map(([key, value]) => [key, valuesOf(value)] as const).filter(([, v]) => v.length > 0),
  );
}
