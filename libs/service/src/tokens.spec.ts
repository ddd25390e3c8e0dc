import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roles, type Role } from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { Tokens, authorize } from './tokens';

const entry = (name: string, text: string, role: Role = 'maintainer', revoked: string | null = null) => ({
  name,
  role,
  sha256: sha256(text),
  created_at: '2026-01-31T09:30:00.000Z',
  revoked_at: revoked,
});

describe('tokens', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-tokens-'));
  const file = join(dir, 'tokens.json');
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const write = (...tokens: readonly object[]): void => {
    writeFileSync(`${file}.new`, JSON.stringify({ tokens }));
    renameSync(`${file}.new`, file);
  };

  it('name who has them, and nobody else', () => {
    const tokens = new Tokens(file);
    expect(tokens.whose('mr_a')).toBeNull();
    write(entry('ada', 'mr_a'), entry('bob', 'mr_b', 'read'));
    expect(tokens.whose('mr_a')).toEqual({ name: 'ada', role: 'maintainer' });
    expect(tokens.whose('mr_b')).toEqual({ name: 'bob', role: 'read' });
    for (const other of [null, '', 'mr_', 'mr_A', sha256('mr_a')]) expect(tokens.whose(other)).toBeNull();
  });

  it('are revoked, made and removed at once, without a restart', () => {
    write(entry('ada', 'mr_a'));
    const tokens = new Tokens(file);
    expect(tokens.whose('mr_a')).not.toBeNull();
    write(entry('ada', 'mr_a', 'maintainer', '2026-02-01T00:00:00.000Z'), entry('bob', 'mr_b'));
    expect(tokens.whose('mr_a')).toBeNull();
    expect(tokens.whose('mr_b')?.name).toBe('bob');
    rmSync(file);
    expect(tokens.whose('mr_b')).toBeNull();
  });

  it.each(['{', '{"tokens":[{"name":"x"}]}', '[]'])('open nothing when the file is broken: %s', (text) => {
    const tokens = new Tokens(file);
    writeFileSync(file, text);
    for (let times = 0; times < 2; times++) {
      expect(() => tokens.whose('mr_a')).toThrow(expect.objectContaining({ code: 'tokens-unreadable' }) as Error);
    }
    write(entry('ada', 'mr_a'));
    expect(tokens.whose('mr_a')).not.toBeNull();
  });
});

describe('authorization', () => {
  it('lets each role do what those before it may, and no more', () => {
    for (const [has, role] of roles.entries()) {
      for (const [wants, needed] of roles.entries()) {
        const attempt = () => authorize({ name: 'ada', role }, needed, "'x'");
        if (has >= wants) expect(attempt()).toEqual({ name: 'ada', role });
        else expect(attempt).toThrow(`'x' needs the role ${needed}; ada has ${role}`);
      }
    }
  });

  it('lets anybody in where no role is needed, and nobody without a token elsewhere', () => {
    expect(authorize(null, null, 'x')).toEqual({ name: 'anonymous', role: null });
    expect(authorize({ name: 'ada', role: 'read' }, null, 'x').name).toBe('ada');
    expect(() => authorize(null, 'read', 'x')).toThrow(expect.objectContaining({ code: 'token-needed' }) as Error);
  });
});
