import { parseArgs } from 'node:util';
import { moment } from '@millrace/kernel';
import { Database, migrate } from '@millrace/store';
import { migrations } from './store/migrations';
import { seedResults } from './store/seed';

void main();

/** `node dist/seed.js --database sqlite:FILE --results N --items N --testcases N`: fills an empty store, to measure it. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      database: { type: 'string' },
      results: { type: 'string', default: '1000000' },
      items: { type: 'string', default: '50000' },
      testcases: { type: 'string', default: '200' },
    },
  });
  if (values.database === undefined) throw new Error('--database sqlite:FILE says what to fill');
  const database = await Database.open(values.database);
  try {
    await migrate(database, 'ci-bridge', migrations);
    await seedResults(database, {
      results: Number(values.results),
      items: Number(values.items),
      testcases: Number(values.testcases),
      at: moment(Date.now()),
    });
  } finally {
    await database.close();
  }
}
