import { readdirSync } from 'node:fs';
import { forges } from './registry';
import {
  delivered,
  fixture,
  hex,
  pushes,
  secret,
  signingToken,
  standardHeaders,
  type Sent,
} from './testing/deliveries';

const named = (name: string) => forges.find((forge) => forge.name === name)!;
const heads: Readonly<Record<string, string>> = {
  github: '59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5',
  gitlab: 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7',
  forgejo: 'bffeb74224043ba2feb48d137756c8a9331c449a',
  pagure: '1a6ccc212aa958a0fe76155c2907c889969a7224',
};

it('every forge has a folder, and every folder is a forge', () => {
  const folders = readdirSync(__dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).filter((name) => name !== 'testing');
  expect(forges.map((forge) => forge.name).sort()).toEqual(names.sort());
  for (const name of names) {
    expect(readdirSync(`${__dirname}/${name}`).sort()).toEqual(['README.md', 'fixtures', 'map.ts', 'schema.ts']);
  }
});

describe.each(forges.map((forge) => [forge.name, forge] as const))('%s', (name, forge) => {
  const sent = pushes[name]!();
  const changed = (more: Partial<Sent>) => delivered({ ...sent, ...more });

  it('is believed with its secret, whichever of several it is, and with no other', () => {
    expect(forge.isSigned(delivered(sent), [secret])).toBe(true);
    expect(forge.isSigned(delivered(sent), ['an older one', secret])).toBe(true);
    expect(forge.isSigned(delivered(sent), ['an older one'])).toBe(false);
    expect(forge.isSigned(delivered(sent), [])).toBe(false);
    expect(forge.isSigned(changed({ headers: {} }), [secret])).toBe(false);
  });

  it('is not believed when a byte of the body is another', () => {
    const bytes = Buffer.from(sent.bytes);
    bytes[bytes.length - 3]! ^= 1;
    // A plain token says nothing about the body: that is why GitLab signs too.
    expect(forge.isSigned(changed({ bytes }), [secret])).toBe(name === 'gitlab');
  });

  it('tells of the push', () => {
    const body: unknown = JSON.parse(sent.bytes.toString());
    expect(forge.read(delivered(sent), body)).toMatchObject({
      push: {
        ref: 'refs/heads/main',
        after: heads[name],
        before: expect.stringMatching(/^[0-9a-f]{40}$/),
        pusher: 'ada',
      },
    });
    expect(forge.idOf(delivered(sent), body)).toMatch(/^[0-9a-f-]{36,}$/);
  });

  it('refuses a push that is written otherwise', () => {
    const broken = name === 'pagure' ? { topic: 'git.receive', msg: {} } : { object_kind: 'push', ref: 5 };
    expect(() => forge.read(delivered(sent), broken)).toThrow(expect.objectContaining({ name: 'ZodError' }) as Error);
  });
});

describe('what starts nothing says why', () => {
  it.each([
    ['github', { 'x-github-event': 'ping' }, {}, /ping/],
    ['github', { 'x-github-event': 'issues' }, {}, /issues/],
    ['gitlab', { 'x-gitlab-event': 'Tag Push Hook' }, { object_kind: 'tag_push' }, /Tag Push Hook/],
    ['forgejo', { 'x-forgejo-event': 'fork' }, {}, /fork/],
    ['forgejo', { 'x-gitea-event': 'release' }, {}, /release/],
    ['pagure', {}, { topic: 'issue.new', msg: {} }, /issue\.new/],
  ])('%s %j', (name, headers, body, because) => {
    const told = named(name).read(delivered({ bytes: Buffer.from(''), headers }), body);
    expect(told).toEqual({ push: null, because: expect.stringMatching(because) as string });
  });

  it('a deleted branch has no commit', () => {
    const body = { ...(JSON.parse(fixture('github', 'push').toString()) as object), deleted: true };
    expect(named('github').read(delivered(pushes['github']!()), body)).toMatchObject({ push: { after: null } });
  });
});

describe('further ways to sign', () => {
  const bytes = fixture('gitlab', 'push');

  it("gitlab's signing tokens: over id, time and body", () => {
    const headers = standardHeaders(bytes, 'msg-1', '1767258000');
    const gitlab = named('gitlab');
    expect(gitlab.isSigned(delivered({ bytes, headers }), [secret, signingToken])).toBe(true);
    expect(gitlab.idOf(delivered({ bytes, headers }), null)).toBe('msg-1');
    expect(gitlab.isSigned(delivered({ bytes, headers: { ...headers, 'webhook-id': 'msg-2' } }), [signingToken])).toBe(
      false,
    );
    expect(gitlab.isSigned(delivered({ bytes, headers: { 'x-gitlab-token': signingToken } }), [signingToken])).toBe(
      false,
    );
  });

  it('gitea, which forgejo comes from', () => {
    const push = fixture('forgejo', 'push');
    const headers = { 'x-gitea-event': 'push', 'x-gitea-signature': hex('sha256', push), 'x-gitea-delivery': 'd-1' };
    const forgejo = named('forgejo');
    expect(forgejo.isSigned(delivered({ bytes: push, headers }), [secret])).toBe(true);
    expect(forgejo.idOf(delivered({ bytes: push, headers }), null)).toBe('d-1');
  });

  it('pagure: one signature is enough, and where there are two both must be right', () => {
    const push = fixture('pagure', 'receive');
    const both = { 'x-pagure-signature': hex('sha1', push), 'x-pagure-signature-256': hex('sha256', push) };
    const signed = (headers: Readonly<Record<string, string>>) =>
      named('pagure').isSigned(delivered({ bytes: push, headers }), [secret]);
    expect(signed({ 'x-pagure-signature-256': both['x-pagure-signature-256'] })).toBe(true);
    expect(signed({ 'x-pagure-signature': both['x-pagure-signature'] })).toBe(true);
    expect(signed({ 'x-pagure-signature': hex('sha512', push) })).toBe(true);
    expect(signed({ ...both, 'x-pagure-signature': hex('sha1', push, 'another') })).toBe(false);
  });
});
