import { asideTable, columnsOf, tablePrefix, termsTable, type Database, type Tables } from '@millrace/store';

/** Where an app's live table specs and its migrated database disagree; empty when they agree. */
export async function schemaDrift(database: Database, app: string, tables: Tables): Promise<readonly string[]> {
  const drift: string[] = [];
  for (const table of Object.values(tables)) {
    const name = `${tablePrefix(app)}_${table.name}`;
    const terms = await columnsOf(database.reader, database.kind, termsTable(name));
    if (terms.length > 0 !== (table.terms !== undefined)) drift.push(`${table.name}: terms only in one of both`);
    const aside = await columnsOf(database.reader, database.kind, asideTable(name));
    if (aside.length > 0 !== (table.aside !== undefined)) drift.push(`${table.name}: aside only in one of both`);
    const wanted = ['id', 'revision', 'updated_at', 'doc', ...Object.keys(table.columns)].sort();
    const found = await columnsOf(database.reader, database.kind, name);
    if (wanted.join() !== found.join())
      drift.push(`${name}: the spec has ${wanted.join(', ')}; the database has ${found.join(', ') || 'no such table'}`);
  }
  return drift;
}
