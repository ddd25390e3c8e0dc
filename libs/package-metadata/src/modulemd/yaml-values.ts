/** A value of YAML's failsafe schema: texts, lists and maps, and nothing else. */
export type YamlValue = string | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** The map, or an empty one. */
export function record(value: YamlValue | undefined): Readonly<Record<string, YamlValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, YamlValue>>)
    : {};
}

/** The list, or an empty one. */
export function list(value: YamlValue | undefined): readonly YamlValue[] {
  return Array.isArray(value) ? (value as readonly YamlValue[]) : [];
}

/** The text, or an empty one. */
export function text(value: YamlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list; a single text counts as a list of one. */
export function texts(value: YamlValue | undefined): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return list(value).filter((entry): entry is string => typeof entry === 'string');
}

export function names(of: Readonly<Record<string, YamlValue>>): readonly string[] {
  return Object.keys(of);
}
