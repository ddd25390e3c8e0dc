import type { Row } from '@millrace/kernel';
import { selection } from './aside';
import { abreast, listOf, type Connection, type Parameter } from './connection';
import type { RowMemory } from './row-memory';
import type { ColumnValue, Filter, Order, Range, Table, TableReader } from './table';
import { countTerms, termSearch } from './terms';

/** Ids at one time in a statement: engines bound the number of parameters. */
const chunkIds = 500;

/** So many rows of a table that has thousands at a time come as one text: each value of a row is handed over by itself. */
const leastAsOne = 24;
const asOneText =
  "'[' || group_concat('[' || COALESCE(aside_revision, revision) || ',' || COALESCE(aside_doc, 'null') || ',' || doc || ']') || ']'";

/** Reads a table with a statement for each question; a document that is in memory as it is stored is not parsed. */
export function plainReader(
  connection: Connection,
  name: string,
  table: Table<Row>,
  memory: RowMemory | null = null,
): TableReader<Row> {
  const { what, joined } = selection(name, table);
  const parse = ({ id, doc, revision, aside_doc }: Stored): Row => {
    const known = memory?.get(name, id);
    if (known?.revision === Number(revision)) return known;
    return rowOf(table, JSON.parse(doc) as Row, Number(revision), aside_doc ? (JSON.parse(aside_doc) as object) : null);
  };
  const known = new Set([...Object.keys(table.columns), 'id', 'updated_at']);
  const chunkOf = async (ids: readonly string[]): Promise<Row[]> => {
    const parameters: Parameter[] = [];
    const from = `${name}${joined} WHERE id IN ${listOf(connection, ids, parameters)}`;
    if (table.aside && connection.dialect === 'sqlite' && ids.length >= leastAsOne) {
      const [all] = await connection.rows<{ docs: string | null }>(
        `SELECT ${asOneText} AS docs FROM ${from}`,
        parameters,
      );
      const read = JSON.parse(all?.docs ?? '[]') as [number, object | null, Row][];
      return read.map(([revision, asideDoc, doc]) => rowOf(table, doc, revision, asideDoc));
    }
    const sql = `SELECT ${what} FROM ${from}`;
    return (await connection.rows<Stored>(sql, parameters)).map(parse);
  };
  const many = async (ids: readonly string[]): Promise<Row[]> => {
    if (ids.length <= chunkIds) return ids.length === 0 ? [] : chunkOf(ids);
    const chunks: Promise<Row[]>[] = [];
    for (let i = 0; i < ids.length; i += chunkIds) chunks.push(chunkOf(ids.slice(i, i + chunkIds)));
    // While one chunk is parsed the next one is read.
    await abreast(chunks);
    return (await Promise.all(chunks)).flat();
  };
  return {
    get: async (id) => (await many([id]))[0] ?? null,
    getMany: many,
    where: async (filter, order = {}) => {
      const parameters: Parameter[] = [];
      const { from, conditions } = termSearch(name, order.terms ?? [], order.walk ?? false, parameters);
      const clause = whereClause(name, filter, known, parameters, conditions);
      const sql = `SELECT ${what} FROM ${from}${joined}${clause}${orderClause(name, order, known)}`;
      return (await connection.rows<Stored>(sql, parameters)).map(parse);
    },
    count: async (filter) => {
      const parameters: Parameter[] = [];
      const clause = whereClause(name, filter, known, parameters);
      const rows = await connection.rows<{ n: number | string }>(
        `SELECT count(*) AS n FROM ${name}${clause}`,
        parameters,
      );
      return Number(rows[0]!.n);
    },
    countTerms: (terms, most) => countTerms(connection, name, terms, most),
  };
}

/** Nobody else has the document yet: what is known better is put into it, not into a copy. */
function rowOf({ kept }: Table<Row>, stored: Row, revision: number, asideDoc: object | null): Row {
  if (asideDoc) Object.assign(stored, asideDoc);
  const row: { revision: number } = kept ? kept.read(stored) : stored;
  row.revision = revision;
  return row as Row;
}

interface Stored {
  readonly id: string;
  readonly doc: string;
  readonly revision: number;
  readonly aside_doc?: string | null;
}

function whereClause(
  name: string,
  filter: Filter,
  known: ReadonlySet<string>,
  parameters: Parameter[],
  conditions: readonly string[] = [],
): string {
  const columns = Object.entries(filter).map(([column, wanted]) => {
    if (!known.has(column)) throw new Error(`${name} has no column ${column} to search by`);
    if (isRange(wanted)) return rangeClause(column, wanted, parameters);
    const values = (Array.isArray(wanted) ? wanted : [wanted]) as readonly ColumnValue[];
    if (values.length === 0) return '1 = 0';
    const places = values.filter((v) => v !== null).map((v) => `$${parameters.push(v)}`);
    const parts = [
      ...(places.length > 0 ? [`${column} IN (${places.join(', ')})`] : []),
      ...(values.includes(null) ? [`${column} IS NULL`] : []),
    ];
    return `(${parts.join(' OR ')})`;
  });
  const all = [...conditions, ...columns];
  return all.length > 0 ? ` WHERE ${all.join(' AND ')}` : '';
}

function isRange(wanted: Filter[string]): wanted is Range {
  return typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted);
}

function rangeClause(column: string, { from, until }: Range, parameters: Parameter[]): string {
  const parts = [
    ...(from === undefined ? [] : [`${column} >= $${parameters.push(from)}`]),
    ...(until === undefined ? [] : [`${column} <= $${parameters.push(until)}`]),
  ];
  return parts.length === 0 ? '1 = 1' : `(${parts.join(' AND ')})`;
}

function orderClause(name: string, order: Order, known: ReadonlySet<string>): string {
  const column = order.orderBy?.replace(/^-/, '');
  if (column !== undefined && !known.has(column)) throw new Error(`${name} has no column ${column} to sort by`);
  const direction = order.orderBy?.startsWith('-') ? 'DESC' : 'ASC';
  const sort = column === undefined ? ' ORDER BY id' : ` ORDER BY ${column} ${direction}, id ${direction}`;
  return order.limit === undefined ? sort : `${sort} LIMIT ${Math.max(0, Math.floor(order.limit))}`;
}
