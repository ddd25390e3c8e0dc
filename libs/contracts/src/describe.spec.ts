import { asyncApi, exampleOf, openApiOf } from './describe';
import { doorsOf } from './doors';
import { apps, envelope, eventSubject, eventType, maxEventBytes, streamSubjects } from './envelope';
import { events } from './registry';

const contracts = [...events.values()];
const named = contracts.map((contract) => [eventType(contract), contract] as const);
const severities = ['debug', 'info', 'warning', 'error'];

describe('events', () => {
  test.each(named)('%s: its example fits its schema, and it can speak', (_, contract) => {
    const data = contract.data.parse(contract.example.data);
    expect(contract.summary(data)).toMatch(/\w+ \w+/);
    expect(contract.summary(data)).not.toMatch(/undefined|\[object/);
    expect(severities).toContain(contract.concerns(data).severity);
    expect(contract.link(data) ?? '/').toMatch(/^\//);
  });

  test.each(named)('%s: its example travels in an envelope within the bound', (_, contract) => {
    const whole = envelope.parse(exampleOf(contract));
    expect(Buffer.byteLength(JSON.stringify(whole))).toBeLessThan(maxEventBytes);
  });

  test.each(named)('%s has a subject that its stream captures', (_, contract) => {
    const subject = eventSubject(contract, contract.example.release, 'rpm');
    const pattern = streamSubjects(contract.owner).replace(/[.]/g, '\\.').replace(/\*/g, '[^.]+').replace('>', '.+');
    expect(subject).toMatch(new RegExp(`^${pattern}$`));
    expect(subject.split('.')).toHaveLength(7);
  });

  test('no two events have the same type', () => {
    expect(new Set(named.map(([type]) => type)).size).toBe(contracts.length);
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApi(contracts) as unknown as {
    channels: Record<string, { address: string; parameters: object }>;
    operations: Record<string, { action: string; channel: { $ref: string } }>;
    components: { messages: Record<string, { payload: { properties: Record<string, unknown>; required: string[] } }> };
  };

  test.each(named)('%s has a channel, an operation and a message', (type, contract) => {
    expect(document.channels[type]!.address).toBe(`${type}.{release}.{componenttype}`);
    expect(Object.keys(document.channels[type]!.parameters)).toEqual(['release', 'componenttype']);
    expect(document.operations[type]!.action).toBe(contract.owner === 'inlet' ? 'receive' : 'send');
    expect(document.components.messages[type]!.payload.properties.type).toEqual({ const: type });
    expect(document.components.messages[type]!.payload.required).toContain('specversion');
  });

  test('an event may get a new optional field: its schema does not forbid what it does not know', () => {
    const text = JSON.stringify(document.components.messages['millrace.scheduler.cascade.completed.v1']);
    expect(text).not.toContain('"additionalProperties":false');
  });
});

describe.each(apps)('the OpenAPI document of %s', (app) => {
  const document = openApiOf(app, doorsOf(app)) as unknown as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { operationId?: string; parameters?: { name: string; in: string }[]; security?: object }>
    >;
  };
  const operations = Object.values(document.paths).flatMap((at) => Object.values(at));

  test('has every door once, and the machinery', () => {
    const ids = operations.map((operation) => operation.operationId).filter(Boolean);
    expect(ids.sort()).toEqual(
      doorsOf(app)
        .map((door) => `${door.kind}-${door.name}`)
        .sort(),
    );
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/healthz', '/readyz', '/metrics', '/openapi.json']),
    );
  });

  test('wants a token for every command, and for no question', () => {
    for (const operation of operations.filter(({ operationId }) => operationId)) {
      expect(operation.security !== undefined).toBe(operation.operationId!.startsWith('do-'));
    }
  });

  test('names every part of a path as a parameter', () => {
    for (const [path, at] of Object.entries(document.paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const given = Object.values(at).flatMap((operation) => operation.parameters ?? []);
      expect(given.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(wanted);
    }
  });
});

test('a GET asks by the query what its path does not name', () => {
  const document = openApiOf(
    'scheduler',
    doorsOf('scheduler').filter((door) => door.name === 'builds'),
  ) as { paths: Record<string, { get: unknown }> };
  expect(document.paths['/api/v1/builds']!.get).toMatchObject({
    parameters: [
      { name: 'release', in: 'query', required: false },
      { name: 'component', in: 'query', required: false },
      { name: 'limit', in: 'query', required: false },
    ],
  });
});
