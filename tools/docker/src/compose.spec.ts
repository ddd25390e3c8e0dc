import { apps } from '@millrace/contracts';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly args: { readonly APP: string } };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  readonly privileged?: boolean;
  readonly depends_on?: object;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const root = resolve(__dirname, '../../..');
const compose = parse(readFileSync(join(root, 'docker/compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const services = Object.entries(compose.services);

test('there are the bus and the five services', () => {
  expect(Object.keys(compose.services).sort()).toEqual(['nats', ...apps].sort());
});

test.each([...apps].map((app, index) => [app, index] as const))('%s is built, wired and kept', (app, index) => {
  const service = compose.services[app]!;
  expect(service.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile', args: { APP: app } });
  expect(service.environment).toEqual({
    MILLRACE_NATS_URL: 'nats://nats:4222',
    MILLRACE_TOKENS_FILE: '/run/secrets/tokens',
    MILLRACE_NATS_USER: app,
    MILLRACE_NATS_PASSWORD_FILE: `/run/secrets/nats-${app}`,
  });
  expect(service.secrets).toEqual(['tokens', `nats-${app}`]);
  expect(service.volumes).toContain(`${app}:/var/lib/millrace/${app}`);
  expect(service.ports).toEqual([`127.0.0.1:${4101 + index}:8080`]);
  expect(service.depends_on).toEqual({ nats: { condition: 'service_healthy' } });
});

test.each(services)('%s uses only what is declared, and opens nothing to the world', (_, service) => {
  const named = service.volumes.map((volume) => volume.split(':')[0]!).filter((name) => /^[a-z]/.test(name));
  expect(named.filter((name) => !(name in compose.volumes))).toEqual([]);
  expect(service.secrets.filter((name) => !(name in compose.secrets))).toEqual([]);
  expect(service.ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  expect(service.privileged).toBeUndefined();
  expect(service.image ?? 'built:1').toMatch(/:[\w.-]+$/);
});

test('another service reads what the scheduler built, and cannot write it', () => {
  const readers = services.filter(([name]) => name !== 'scheduler').flatMap(([, service]) => service.volumes);
  const shared = readers.filter((volume) => volume.startsWith('scheduler:'));
  expect(shared.length).toBe(2);
  expect(shared.every((volume) => volume.endsWith(':ro'))).toBe(true);
});

test('the script of the secrets makes every file, and a configuration that the bus takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
  try {
    const made = spawnSync(process.execPath, [join(root, 'docker/secrets.mjs'), folder], { encoding: 'utf8' });
    expect(made.stderr).toBe('');
    const files = Object.values(compose.secrets).map(({ file }) => file.replace('./mill/', ''));
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    const path = `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/usr/local/bin`;
    const config = readFileSync(join(folder, 'secrets/nats-server.conf'), 'utf8');
    expect(config).toContain('sync_interval: always');
    // The machine's server may be older than the image's: it is asked about all but the setting that it cannot know.
    const older = join(folder, 'older.conf');
    writeFileSync(older, config.replace(/^ *sync_interval.*\n/m, ''));
    const checked = spawnSync('nats-server', ['-t', '-c', older], { encoding: 'utf8', env: { PATH: path } });
    expect(checked.stderr).toContain('is valid');
    expect(checked.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
