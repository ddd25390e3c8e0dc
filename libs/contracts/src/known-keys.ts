import { z } from 'zod';
import { releaseDefinition } from './release-definition';

/** As much of JSON Schema as a definition's has. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | boolean;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Keys that a release definition takes at a place; empty: any, or the place is none. */
export function knownKeysAt(path: readonly PropertyKey[]): readonly string[] {
  let here: readonly Schema[] = [z.toJSONSchema(releaseDefinition, { io: 'input', unrepresentable: 'any' }) as Schema];
  for (const step of path) here = here.flatMap(parts).flatMap((schema) => below(schema, step));
  return [...new Set(here.flatMap(parts).flatMap(({ properties = {} }) => Object.keys(properties)))].sort();
}

/** The known key that is nearest to one with a typo; null: none is near. */
export function nearestKey(key: string, known: readonly string[]): string | null {
  const ranked = known.map((one) => ({ one, far: distance(key, one) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(1, Math.floor(key.length / 2.5)) ? best.one : null;
}

function parts(schema: Schema): readonly Schema[] {
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(parts)];
}

function below({ properties, items, additionalProperties }: Schema, step: PropertyKey): readonly Schema[] {
  if (typeof step === 'number') return typeof items === 'object' ? [items] : [];
  const named = properties?.[String(step)];
  if (named) return [named];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** Letters that must be changed, added or taken away (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}
