import type { YamlValue } from './yaml-values';

/** What is wrong with a value, or null. `path` says where it stands. */
export type Check = (value: YamlValue, path: string) => string | null;

export const anything: Check = () => null;

export const text: Check = (value, path) => (isText(value) ? null : `${path} is no text`);

export const truth: Check = (value, path) =>
  value === 'true' || value === 'false' ? null : `${path} is neither true nor false`;

/** A number from 0 to 2^64 - 1. */
export const count: Check = (value, path) => within(value, path, 0n, 2n ** 64n - 1n);

/** A number of 64 bits with a sign. */
export const order: Check = (value, path) => within(value, path, -(2n ** 63n), 2n ** 63n - 1n);

/** `2026-12-31` */
export const day: Check = (value, path) =>
  isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value) && isMoment(`${value}T00:00Z`)
    ? null
    : `${path} is no date (YYYY-MM-DD)`;

/** `2026-12-31T23:59Z` */
export const minute: Check = (value, path) =>
  isText(value) && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/.test(value) && isMoment(value)
    ? null
    : `${path} is no time (YYYY-MM-DDThh:mmZ)`;

export function matching(pattern: RegExp, form: string): Check {
  return (value, path) => (isText(value) && pattern.test(value) ? null : `${path} is not of the form ${form}`);
}

/** Texts; a single one may stand without its list. */
export function texts(each: Check = text): Check {
  return (value, path) => {
    if (isText(value)) return each(value, path);
    return listOf(each)(value, path);
  };
}

export function listOf(each: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    return first((value as readonly YamlValue[]).map((one, n) => () => each(one, `${path}[${n}]`)));
  };
}

export function mapOf(each: Check): Check {
  return (value, path) => {
    if (!isMap(value)) return `${path} is no map`;
    return first(
      Object.entries(value).map(
        ([key, one]) =>
          () =>
            each(one, `${path}.${key}`),
      ),
    );
  };
}

/** A map with these keys and no others. */
export function keys(known: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, path) => {
    if (!isMap(value)) return `${path} is no map`;
    const missing = required.find((key) => !Object.hasOwn(value, key));
    if (missing) return `${path} has no ${missing}`;
    return first(
      Object.entries(value).map(([key, one]) => () => {
        const check = Object.hasOwn(known, key) ? known[key] : undefined;
        return check ? check(one, `${path}.${key}`) : `${path}.${key} is not known`;
      }),
    );
  };
}

/** All of them, in turn. */
export function all(...checks: readonly Check[]): Check {
  return (value, path) => first(checks.map((check) => () => check(value, path)));
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== null) return wrong;
  }
  return null;
}

function within(value: YamlValue, path: string, least: bigint, most: bigint): string | null {
  if (!isText(value) || !/^[+-]?\d{1,30}$/.test(value)) return `${path} is no number`;
  const number = BigInt(value.replace('+', ''));
  return number >= least && number <= most ? null : `${path} is out of range`;
}

function isText(value: YamlValue): value is string {
  return typeof value === 'string';
}

function isMap(value: YamlValue): value is Readonly<Record<string, YamlValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMoment(iso: string): boolean {
  const at = new Date(iso);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso.slice(0, 10));
}
