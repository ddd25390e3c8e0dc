import { toAppError } from '@millrace/kernel';
import { readConfig } from './config';
import { startLocalCi, type Log } from './local-ci';

const log: Log = (message, fields) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), app: 'local-ci', message, ...fields })}\n`);
};

async function main(): Promise<void> {
  const ci = await startLocalCi(readConfig(process.argv.slice(2)), log);
  const stop = (): void => {
    ci.stop().then(
      () => process.exit(0),
      (thrown: unknown) => fail(thrown),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function fail(thrown: unknown): void {
  const { message, remedy } = toAppError(thrown);
  process.stderr.write(`local-ci: ${message}\n${remedy ?? ''}\n`);
  process.exit(toAppError(thrown).kind === 'invalid' ? 2 : 1);
}

main().catch(fail);
