import { parseArgs } from 'node:util';
import { openInbox } from './inbox';

const usage = 'usage: node tools/smtp-inbox/dist/main.js --port N --dir FOLDER';

/** Runs until SIGINT or SIGTERM; prints one line for each mail. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, dir: { type: 'string' } } });
  const port = Number(values.port);
  if (!values.dir || !Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(usage);
  const inbox = await openInbox(values.dir, port, ({ to, subject, file }) =>
    process.stdout.write(`mail to ${to.join(', ')}: ${subject} (${file})\n`),
  );
  process.stdout.write(`listening on 127.0.0.1:${inbox.port}\n`);
  const end = (): void => void inbox.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

main().catch((error: Error) => {
  process.stderr.write(`smtp-inbox: ${error.message}\n`);
  process.exit(1);
});
