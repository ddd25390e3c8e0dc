// Makes what docker/compose.yaml mounts as secrets, in docker/mill/secrets: the bus's configuration with a user for each
// service, their passwords, and an admin's token. What is there already is kept. Needs a build: npm run setup.
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import supervisor from '@millrace/supervisor';

const { ensureLocalToken, ensurePasswords, makeMillFolder, millFolder, natsConfigText } = supervisor;
const folder = millFolder(process.argv[2] ?? join(fileURLToPath(new URL('.', import.meta.url)), 'mill'));

makeMillFolder(folder);
const passwords = ensurePasswords(folder);
writeFileSync(folder.natsConfig, natsConfigText({ port: 4222, storeDir: '/data', version: [2, 10, 0], passwords }));
ensureLocalToken(folder, userInfo().username, new Date().toISOString());
// The folder is private (0700); the files in it must be readable for the user inside a container, whoever that is.
for (const name of readdirSync(folder.secrets)) {
  if (name !== 'token') chmodSync(join(folder.secrets, name), 0o644);
}
