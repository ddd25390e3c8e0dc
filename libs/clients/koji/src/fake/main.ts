import { parseArgs } from 'node:util';
import { startFakeHub } from './fake-hub';

/** `node dist/fake/main.js --port N [--state FILE]`: the fake as a process of its own. Prints its address when ready. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, state: { type: 'string' }, version: { type: 'string' } },
  });
  const hub = await startFakeHub({
    port: Number(values.port),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values.version === undefined ? {} : { version: values.version }),
  });
  if (hub.state.users.length === 0) hub.control.addUser('kojiadmin', 'kojiadmin', ['admin']);
  console.log(JSON.stringify({ url: hub.url }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void hub.close().then(() => process.exit(0)));
}

void main();
