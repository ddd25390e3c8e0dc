type Schema = Readonly<Record<string, unknown>>;

/**
 * What of a released schema a new one breaks, in words; empty when it only adds optional members. That is the rule for
 * a released version of an event: anything else is a new version beside it.
 */
export function breaks(before: unknown, after: unknown, at = 'data'): readonly string[] {
  if (!isSchema(before) || !isSchema(after)) return equal(before, after) ? [] : [`${at} changed`];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    if (key === 'description') return [];
    if (key === 'properties') return membersBroken(asSchema(before[key]), asSchema(after[key]), at);
    if (key === 'required') return requiredBroken(asNames(before[key]), asNames(after[key]), at);
    if (Array.isArray(before[key]) && Array.isArray(after[key]))
      return listBroken(before[key], after[key], `${at}.${key}`);
    return breaks(before[key], after[key], `${at}.${key}`);
  });
}

function membersBroken(before: Schema, after: Schema, at: string): readonly string[] {
  return Object.keys(before).flatMap((name) =>
    name in after ? breaks(before[name], after[name], `${at}.${name}`) : [`${at}.${name} is gone`],
  );
}

function requiredBroken(before: readonly string[], after: readonly string[], at: string): readonly string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `${at}.${name} is no longer required`),
    ...after.filter((name) => !before.includes(name)).map((name) => `${at}.${name} became required`),
  ];
}

function listBroken(before: readonly unknown[], after: readonly unknown[], at: string): readonly string[] {
  if (before.length !== after.length) return [`${at} changed`];
  return before.flatMap((item, index) => breaks(item, after[index], `${at}[${index}]`));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function asNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
