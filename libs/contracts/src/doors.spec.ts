import { z } from 'zod';
import { doors, doorSubject, doorsOf, roles, type Door } from './doors';
import { apps, eventSubject, owners, streamName, streamSubjects } from './envelope';
import { events } from './registry';

const all: readonly Door[] = apps.flatMap((app) => [...doorsOf(app)]);
const named = all.map((door) => [`${door.kind} ${door.owner}.${door.name}`, door] as const);

/** NATS's own rule: `*` is one token, `>` one or more at the end. */
function captures(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [n, token] of wanted.entries()) {
    if (token === '>') return tokens.length > n;
    if (tokens[n] === undefined || (token !== '*' && token !== tokens[n])) return false;
  }
  return wanted.length === tokens.length;
}

function membersOf(schema: z.ZodType): Record<string, z.ZodType> {
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
}

describe('the matching of subjects in these tests', () => {
  it.each([
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.b.c', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.b', 'a.b.c', false],
  ])('%s captures %s: %s', (pattern, subject, expected) => {
    expect(captures(pattern, subject)).toBe(expected);
  });
});

describe('streams', () => {
  it('capture each event in the stream of its owner, and in no other', () => {
    for (const contract of events.values()) {
      const subjects = [
        eventSubject(contract, contract.example.release, 'rpm'),
        eventSubject(contract, null, null),
        eventSubject(contract, 'el8.6.0.z *>', 'x.y'),
      ];
      for (const subject of subjects) {
        expect(owners.filter((owner) => captures(streamSubjects(owner), subject))).toEqual([contract.owner]);
      }
    }
  });

  it('capture no question and no command: their own answers must reach who asked', () => {
    for (const door of all) {
      expect(owners.filter((owner) => captures(streamSubjects(owner), doorSubject(door)))).toEqual([]);
    }
  });

  it('have names that NATS takes, one per owner', () => {
    const names = owners.map(streamName);
    expect(new Set(names).size).toBe(owners.length);
    for (const name of names) expect(name).toMatch(/^[A-Z_]+$/);
  });
});

/** One of them is right for each member of a question that comes by a query. */
const texts = [
  ...['1', 'rpm/x', 'x', 'all', 'true', 'running', 'kept', 'waiting', 'waits', 'json', 'landed', 'broken'],
  '2026-01-01T00:00:00Z',
];

describe('doors', () => {
  it('have one subject and one route each', () => {
    expect(new Set(all.map(doorSubject)).size).toBe(all.length);
    expect(new Set(all.map(({ owner, http }) => `${owner} ${http.method} ${http.path}`)).size).toBe(all.length);
    for (const app of apps) expect(new Set(doorsOf(app).map(({ name }) => name)).size).toBe(doorsOf(app).length);
  });

  it('belong to whom they are listed under', () => {
    for (const app of apps) for (const door of Object.values(doors[app])) expect(door.owner).toBe(app);
  });

  test.each(named)('%s has a name that is a NATS endpoint, and words about it', (_, door) => {
    expect(door.name).toMatch(/^[a-z][a-z-]*$/);
    expect(doorSubject(door).split('.')).toHaveLength(5);
    expect(door.about.length).toBeGreaterThan(8);
  });

  test.each(named)('%s: what its path names is required of its request', (_, door) => {
    const inPath = [...door.http.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    const members = membersOf(door.request);
    for (const name of inPath) {
      expect(Object.keys(members)).toContain(name);
      expect(members[name]!.safeParse(undefined).success).toBe(false);
    }
  });

  test.each(named)('%s: a question is open to read and changes nothing, a command needs a role', (_, door) => {
    if (door.kind === 'do') {
      expect(door.http).toMatchObject({ method: 'POST', path: expect.stringMatching(/^\/admin\/v1\//) as unknown });
      expect(roles.slice(1)).toContain(door.role);
    } else {
      expect(door.http.path).toMatch(/^\/api\/v1\//);
      expect(door.role).toBeNull();
    }
  });

  test.each(named.filter(([, door]) => door.http.method === 'GET'))(
    '%s can be asked by a query of texts',
    (_, door) => {
      for (const [name, member] of Object.entries(membersOf(door.request))) {
        const taken = texts.some((t) => member.safeParse(t).success);
        expect([name, taken || member.safeParse('any').success || member.safeParse('dependants').success]).toEqual([
          name,
          true,
        ]);
      }
    },
  );

  it('bound what a caller may ask for at once', () => {
    const wide = { release: 'toy', members: Array.from({ length: 100_001 }, () => 'rpm/x') };
    expect(doors.resolver.impact.request.safeParse(wide).success).toBe(false);
    expect(doors.scheduler.cascades.request.safeParse({ limit: '501' }).success).toBe(false);
    expect(doors.scheduler.cascades.request.parse({ limit: '7' }).limit).toBe(7);
    expect(doors.scheduler.releaseHistory.request.safeParse({ name: '../x' }).success).toBe(false);
  });
});
