import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './nats-server';

export interface TestRabbit {
  /** AMQP 0-9-1 and 1.0 alike, as `guest` of the virtual host `/`. */
  readonly url: string;
  /** With TLS, on `localhost`; a client certificate of common name `client` is a log-in. null: no `tls` was given. */
  readonly secureUrl: string | null;
  stop(): Promise<void>;
}

/** Files in PEM: who signs, and the server's own. */
export interface TestRabbitTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Where RabbitMQ's own start script is; undefined: it is not installed. */
export const rabbitProgram: string | undefined = [
  '/usr/lib/rabbitmq/bin',
  '/opt/homebrew/sbin',
  ...(process.env['PATH'] ?? '').split(delimiter),
]
  // Debian's own script in /usr/sbin becomes another user and starts what the machine has as its service.
  .filter((dir) => dir !== '' && !/^\/(usr\/)?sbin$/.test(dir))
  .map((dir) => join(dir, 'rabbitmq-server'))
  .find((file) => existsSync(file));

/** A real RabbitMQ that speaks AMQP 0-9-1 and 1.0, on loopback, in a folder of its own, with an epmd of its own. */
export async function startTestRabbit(tls?: TestRabbitTls): Promise<TestRabbit> {
  if (rabbitProgram === undefined) throw new Error('rabbitmq-server is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'millrace-rabbit-'));
  const [port, securePort, distPort, epmdPort] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  writeFileSync(join(dir, 'plugins'), '[rabbitmq_amqp1_0,rabbitmq_auth_mechanism_ssl].\n');
  writeFileSync(join(dir, 'definitions.json'), JSON.stringify(definitions));
  writeFileSync(join(dir, 'rabbit.conf'), configuration(dir, port, tls === undefined ? null : { ...tls, securePort }));
  const env = { ...environment(dir, distPort, epmdPort), PATH: process.env['PATH'] ?? '' };
  const epmd = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    env,
    detached: true,
    stdio: 'ignore',
  });
  const rabbit = spawn(rabbitProgram, [], { env, cwd: dir, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async (): Promise<void> => {
    await Promise.all([killed(rabbit), killed(epmd)]);
    rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    await started(rabbit);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    secureUrl: tls === undefined ? null : `amqps://localhost:${securePort}`,
    stop,
  };
}

/** `client` has no password: it logs in by its certificate alone. */
const definitions = {
  vhosts: [{ name: '/' }],
  users: [
    { name: 'guest', password: 'guest', tags: [] },
    { name: 'client', password_hash: '', tags: [] },
  ],
  permissions: ['guest', 'client'].map((user) => ({ user, vhost: '/', configure: '.*', write: '.*', read: '.*' })),
};

function configuration(dir: string, port: number, tls: (TestRabbitTls & { securePort: number }) | null): string {
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `load_definitions = ${join(dir, 'definitions.json')}`,
    'auth_mechanisms.1 = PLAIN',
    'auth_mechanisms.2 = EXTERNAL',
    'log.file = false',
    'log.console = true',
    'log.console.level = info',
  ];
  if (tls === null) return `${lines.join('\n')}\n`;
  const secure = [
    `listeners.ssl.1 = 127.0.0.1:${tls.securePort}`,
    `ssl_options.cacertfile = ${tls.ca}`,
    `ssl_options.certfile = ${tls.cert}`,
    `ssl_options.keyfile = ${tls.key}`,
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = true',
    'ssl_cert_login_from = common_name',
  ];
  return `${[...lines, ...secure].join('\n')}\n`;
}

function environment(dir: string, distPort: number, epmdPort: number): Record<string, string> {
  return {
    HOME: dir,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: 'millrace@localhost',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 1:1',
    RABBITMQ_MNESIA_BASE: join(dir, 'db'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(dir, 'generated'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbit.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    RABBITMQ_PID_FILE: join(dir, 'pid'),
  };
}

function started(rabbit: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    let words = '';
    const hear = (chunk: Buffer): void => {
      words = (words + chunk.toString('utf8')).slice(-20_000);
      if (words.includes('Server startup complete')) done();
    };
    rabbit.stdout!.on('data', hear);
    rabbit.stderr!.on('data', hear);
    rabbit.on('error', fail);
    rabbit.on('exit', () => fail(new Error(`RabbitMQ did not start: ${words.slice(-1500)}`)));
  });
}

/** The start script has children: what was started as a group ends as one. */
async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    return;
  }
  await gone;
}
