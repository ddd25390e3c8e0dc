import { createHash } from 'node:crypto';
import type { Row } from '@millrace/kernel';
import { givenRows, type Connection, type Parameter } from './connection';
import type { Table } from './table';

/** Rows of a statement: two parameters each. */
const chunkRows = 400;

/**
 * The number that stands for a text in an index: 52 bits of its SHA-1, so that a long text takes no more room than a
 * short one. Two texts may share a number; what is found by it is looked at again.
 */
export function termOf(text: string): number {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest[6]! >> 4);
}

export function termsTable(name: string): string {
  return `${name}_terms`;
}

/** Writes the terms of new rows, in the order of the index, so that neighbours are written together. */
export async function insertTerms(
  connection: Connection,
  name: string,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  const pairs = rows
    .filter((row) => row.revision === 1)
    .flatMap((row) => [...new Set(table.terms!(row))].map((text) => [termOf(text), row.id] as const))
    .sort(([a], [b]) => a - b);
  for (let i = 0; i < pairs.length; i += chunkRows) {
    const parameters: Parameter[] = [];
    const some = pairs.slice(i, i + chunkRows);
    const given = givenRows(['term', 'row_id'], some, parameters, { term: 'bigint', row_id: 'text' });
    await connection.defer(
      // `WHERE true`: else ON CONFLICT would be read as a condition of a join.
      `INSERT INTO ${termsTable(name)} (term, row_id) SELECT term, row_id FROM ${given} WHERE true ON CONFLICT DO NOTHING`,
      parameters,
    );
  }
}

/** What a search by terms selects from, and its conditions; `parameters` grows by what they need. */
export function termSearch(
  name: string,
  lists: readonly (readonly string[])[],
  walk: boolean,
  parameters: Parameter[],
): { readonly from: string; readonly conditions: readonly string[] } {
  if (lists.some((terms) => terms.length === 0)) return { from: name, conditions: ['1 = 0'] };
  const places = (terms: readonly string[]): string =>
    [...new Set(terms.map(termOf))].map((term) => `$${parameters.push(term)}`).join(', ');
  const having = (terms: readonly string[]): string =>
    `EXISTS (SELECT 1 FROM ${termsTable(name)} WHERE term IN (${places(terms)}) AND row_id = ${name}.id)`;
  const [first, ...others] = lists;
  if (walk || first === undefined) return { from: name, conditions: lists.map(having) };
  // SQLite keeps the order of a CROSS JOIN: the terms lead to the rows, whatever it guesses.
  const found = `SELECT DISTINCT row_id FROM ${termsTable(name)} WHERE term IN (${places(first)})`;
  return { from: `(${found}) AS found CROSS JOIN ${name}`, conditions: ['id = found.row_id', ...others.map(having)] };
}

export async function countTerms(
  connection: Connection,
  name: string,
  terms: readonly string[],
  most: number,
): Promise<number> {
  const numbers = [...new Set(terms.map(termOf))];
  if (numbers.length === 0) return 0;
  const places = numbers.map((_, n) => `$${n + 1}`).join(', ');
  const found = `SELECT 1 AS one FROM ${termsTable(name)} WHERE term IN (${places}) LIMIT ${Math.floor(most)}`;
  const [row] = await connection.rows<{ n: number | string }>(`SELECT count(*) AS n FROM (${found}) AS found`, numbers);
  return Number(row!.n);
}
