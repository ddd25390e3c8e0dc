import type { QueryRunner } from 'typeorm';
import type { Connection, Parameter } from './connection';
import { expectAll } from './overtaken';

/** The store's own kind of connection over one of TypeORM's. */
export function connectionOf(runner: QueryRunner): Connection {
  const change: Connection['change'] = async (sql, parameters = []) => {
    const result = (await runner.query(sql, [...parameters], true)) as { affected?: number };
    return result.affected ?? 0;
  };
  return {
    dialect: runner.connection.options.type === 'postgres' ? 'postgres' : 'sqlite',
    rows: async <Result extends object>(sql: string, parameters: readonly Parameter[] = []) =>
      (await runner.query(sql, [...parameters])) as Result[],
    change,
    defer: async (sql, parameters, wanted) => {
      const touched = await change(sql, parameters);
      if (wanted) expectAll(wanted, touched);
    },
  };
}
