import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AppError } from '@millrace/kernel';
import { z } from 'zod';
import { readSettings, type Environment } from './settings';

const schema = z.strictObject({
  toolchain: z.string().default('gcc'),
  capacity: z.coerce.number().int().max(9).default(2),
  dryRun: z.boolean().default(false),
});

describe('settings', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-settings-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  let files = 0;
  const write = (text: string): string => {
    const file = join(dir, `f${files++}`);
    writeFileSync(file, text);
    return file;
  };
  const read = (env: Environment) => readSettings('ci-bridge', schema, env);
  const problem = (env: Environment): AppError => {
    try {
      read(env);
    } catch (thrown) {
      return thrown as AppError;
    }
    throw new Error('these settings were taken');
  };

  it('have defaults on loopback, each service on its own port and in its own folder', () => {
    expect(read({ MILLRACE_DATA: dir })).toEqual({
      app: 'ci-bridge',
      host: '127.0.0.1',
      port: 4103,
      dataDir: join(dir, 'ci-bridge'),
      databaseUrl: `sqlite:${join(dir, 'ci-bridge', 'ci-bridge.sqlite')}`,
      natsServers: ['nats://127.0.0.1:4100'],
      natsUser: undefined,
      natsPasswordFile: undefined,
      tokensFile: join(dir, 'secrets', 'tokens.json'),
      logLevel: 'info',
      config: { toolchain: 'gcc', capacity: 2, dryRun: false },
    });
    expect(read({ MILLRACE_PORT_BASE: '5000' })).toMatchObject({ port: 5003, natsServers: ['nats://127.0.0.1:5000'] });
    expect(read({ MILLRACE_NATS_URL: 'nats://a:1,nats://b:2' }).natsServers).toEqual(['nats://a:1', 'nats://b:2']);
    expect(read({ MILLRACE_DATA: 'x/y', MILLRACE_TOKENS_FILE: 't.json' })).toMatchObject({
      dataDir: resolve('x/y/ci-bridge'),
      tokensFile: resolve('t.json'),
    });
  });

  it('come from the file, over it from the environment, over that from the environment for one service', () => {
    const file = write('common: {host: 127.0.0.2, log_level: warn}\nci-bridge: {log_level: debug, toolchain: clang}\n');
    const env = { MILLRACE_CONFIG: file };
    expect(read(env)).toMatchObject({ host: '127.0.0.2', logLevel: 'debug', config: { toolchain: 'clang' } });
    expect(read({ ...env, MILLRACE_LOG_LEVEL: 'error' }).logLevel).toBe('error');
    expect(read({ ...env, MILLRACE_LOG_LEVEL: 'error', MILLRACE_CI_BRIDGE_LOG_LEVEL: 'trace' }).logLevel).toBe('trace');
    expect(read({ ...env, MILLRACE_SCHEDULER_LOG_LEVEL: 'error' }).logLevel).toBe('debug');
    expect(read({ ...env, MILLRACE_CI_BRIDGE_DRY_RUN: 'true', MILLRACE_CI_BRIDGE_TOOLCHAIN: '' }).config).toEqual({
      toolchain: 'clang',
      capacity: 2,
      dryRun: true,
    });
  });

  it('list everything that is wrong at once, and where to correct it', () => {
    const file = write('ci-bridge: {toolchian: clang, capacity: 70}\n');
    const { code, message, remedy } = problem({
      MILLRACE_CONFIG: file,
      MILLRACE_PORT: '-1',
      MILLRACE_LOG_LEVEL: 'loud',
    });
    expect(code).toBe('settings-invalid');
    for (const part of ['toolchian: is no setting of ci-bridge', 'capacity: ', 'port: ', 'log_level: '])
      expect(message).toContain(`  - ${part}`);
    expect(remedy).toContain('MILLRACE_CI_BRIDGE_');
  });

  it('name the file that cannot be read', () => {
    const missing = join(dir, 'missing');
    expect(problem({ MILLRACE_CONFIG: missing })).toMatchObject({ code: 'settings-unreadable', kind: 'invalid' });
    expect(problem({ MILLRACE_CONFIG: missing }).message).toContain(missing);
    expect(problem({ MILLRACE_CONFIG: write('a: [1') }).code).toBe('settings-unreadable');
    expect(problem({ MILLRACE_CONFIG: write('a: &x [1]\nb: [*x, *x]\n') }).code).toBe('settings-unreadable');
    expect(problem({ MILLRACE_DATABASE_URL_FILE: missing }).message).toContain(missing);
  });

  it('read the database’s address from a file, so that its password is in no environment', () => {
    const file = write('postgres://millrace:secret@db/bridge\n');
    expect(read({ MILLRACE_DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://millrace:secret@db/bridge');
  });
});
