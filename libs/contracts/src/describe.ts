import { z } from 'zod';
import type { Door } from './doors/door';
import { envelope, eventType, type App, type EventContract } from './envelope';

/** A JSON value as these documents are made of. */
export type Json = { readonly [key: string]: unknown };

/** The JSON Schema (draft 2020-12) of an event's data. */
export function eventDataSchema(contract: EventContract): Json {
  return schemaOf(contract.data, 'output');
}

/**
 * The OpenAPI 3.1 document of one service. Members of a request that the path names come from the path, the others of
 * a GET from the query and those of a POST from the body, exactly as the service reads them.
 */
export function openApiOf(app: App, doors: readonly Door[], version = '0.1.0'): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const door of doors) {
    const at = (paths[door.http.path] ??= {});
    at[door.http.method.toLowerCase()] = operation(door);
  }
  return {
    openapi: '3.1.0',
    info: { title: `Millrace ${app}`, version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: { ...paths, ...machinery },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of `millrace token create`.' },
      },
      schemas: { Problem: problem },
    },
  };
}

/**
 * The AsyncAPI 3.0 document of all events: what Millrace sends, and what it receives from others (the inlet).
 * Published messages are CloudEvents 1.0 in JSON (structured mode).
 */
export function asyncApi(contracts: Iterable<EventContract>, version = '0.1.0'): Json {
  const all = [...contracts];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Millrace events',
      version,
      license: { name: 'Apache-2.0' },
      description: 'Every event is kept in a JetStream stream of its owner; equal ids are the same event.',
    },
    defaultContentType: 'application/json',
    servers: { local: { host: '127.0.0.1:4100', protocol: 'nats', security: [{ type: 'userPassword' }] } },
    channels: Object.fromEntries(all.map((contract) => [eventType(contract), channel(contract)])),
    operations: Object.fromEntries(all.map((contract) => [eventType(contract), exchange(contract)])),
    components: { messages: Object.fromEntries(all.map((contract) => [eventType(contract), message(contract)])) },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: leaveOpen });
  return rest;
}

/** Only a strict object forbids what it does not know; a plain one may get new optional members. */
function leaveOpen({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: Record<string, unknown>;
}): void {
  const definition = zodSchema._zod.def;
  if (definition.type === 'object' && definition.catchall === undefined) delete jsonSchema.additionalProperties;
}

function operation(door: Door): Json {
  const request = schemaOf(door.request, 'input');
  const properties = (request.properties ?? {}) as Record<string, unknown>;
  const required = new Set((request.required ?? []) as string[]);
  const inPath = [...door.http.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const others = Object.keys(properties).filter((name) => !inPath.includes(name));
  const inQuery = door.http.method === 'GET' ? others : [];
  return {
    operationId: `${door.kind}-${door.name}`,
    description: door.about,
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path', required: true, schema: properties[name] ?? { type: 'string' } })),
      ...inQuery.map((name) => ({ name, in: 'query', required: required.has(name), schema: properties[name] })),
      ...(door.kind === 'do' ? [idempotencyKey] : []),
    ],
    ...(door.http.method === 'POST' ? { requestBody: body(request, properties, others, required) } : {}),
    ...(door.role === null ? {} : { security: [{ token: [] }], 'x-millrace-role': door.role }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(door.reply, 'output') } } },
      default: {
        description: 'A problem, with what to do about it.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function body(request: Json, all: Record<string, unknown>, names: readonly string[], required: Set<string>): Json {
  const properties = Object.fromEntries(names.map((name) => [name, all[name]]));
  const schema = { ...request, properties, required: names.filter((name) => required.has(name)) };
  return { required: true, content: { 'application/json': { schema } } };
}

function channel(contract: EventContract): Json {
  const type = eventType(contract);
  return {
    address: `${type}.{release}.{componenttype}`,
    description: contract.about,
    parameters: {
      release: { description: 'The release, with anything but letters, digits, _ and - written as =HH; `-` for none.' },
      componenttype: { description: 'The type of the component that it is about, such as rpm; `-` for none.' },
    },
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
  };
}

function exchange(contract: EventContract): Json {
  const type = eventType(contract);
  return {
    action: contract.owner === 'inlet' ? 'receive' : 'send',
    channel: { $ref: `#/channels/${type}` },
    messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
  };
}

function message(contract: EventContract): Json {
  const whole = schemaOf(envelope, 'output');
  const type = eventType(contract);
  return {
    name: type,
    summary: contract.about,
    contentType: 'application/json',
    payload: {
      ...whole,
      properties: {
        ...(whole.properties as Json),
        type: { const: type },
        data: eventDataSchema(contract),
      },
    },
    examples: [{ summary: contract.summary(contract.example.data), payload: exampleOf(contract) }],
  };
}

/** An event as it travels, made from its contract's example. */
export function exampleOf(contract: EventContract): Json {
  return {
    specversion: '1.0',
    id: '019aa0b4-6d3c-7a51-9b0e-3f1d2c4b5a60',
    source: contract.owner === 'inlet' ? '/example/other-team' : `/millrace/${contract.owner}`,
    type: eventType(contract),
    time: '2026-01-31T09:30:00.000Z',
    subject: contract.example.subject,
    datacontenttype: 'application/json',
    release: contract.example.release,
    data: contract.example.data,
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeated key gets the stored answer; nothing is done twice.',
  schema: { type: 'string', maxLength: 200 },
};

const problem = {
  type: 'object',
  description: 'RFC 9457, with a stable `code` and the remedy.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    remedy: { type: 'string' },
  },
};

function plain(description: string, type: string, failure?: string): Json {
  const content = { [type]: { schema: {} } };
  return {
    get: {
      description,
      responses: { 200: { description: 'Yes.', content }, ...(failure ? { 503: { description: failure } } : {}) },
    },
  };
}

/** What every service has beside its doors. */
const machinery = {
  '/healthz': plain('Is the process alive?', 'application/json'),
  '/readyz': plain('Can it do its work: database, bus?', 'application/json', 'No, and the answer says why.'),
  '/metrics': plain('Counters for Prometheus.', 'text/plain'),
  '/openapi.json': plain('This document.', 'application/json'),
};
