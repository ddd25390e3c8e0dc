import {
  asyncApi,
  doorsOf,
  eventDataSchema,
  eventType,
  events,
  exampleOf,
  openApiOf,
  releaseDefinition,
} from '@millrace/contracts';
import { z } from 'zod';
import { configPage, doorsPage, eventsPage, flowPage } from './pages';
import type { Wiring } from './wiring';

/** Every generated file: path below the root, and text. */
export function generate(wirings: readonly Wiring[]): ReadonlyMap<string, string> {
  const contracts = [...events.values()];
  const pages: [string, string][] = [
    ['docs/generated/events.md', eventsPage(contracts, wirings)],
    ['docs/generated/doors.md', doorsPage(wirings)],
    ['docs/generated/flow.md', flowPage(contracts, wirings)],
    ['docs/generated/config.md', configPage(wirings)],
    ['docs/generated/asyncapi.json', json(asyncApi(contracts))],
    ['docs/generated/release-definition.schema.json', json(definitionSchema())],
    ...wirings.map(({ app }): [string, string] => [
      `docs/generated/openapi/${app}.json`,
      json(openApiOf(app, doorsOf(app))),
    ]),
  ];
  const golden = contracts.flatMap((contract): [string, string][] => [
    [`libs/contracts/golden/${eventType(contract)}.schema.json`, json(eventDataSchema(contract))],
    [`libs/contracts/golden/${eventType(contract)}.example.json`, json(exampleOf(contract))],
  ]);
  return new Map([...pages, ...golden]);
}

/** For editors: a definition as people write it, in JSON Schema 2020-12. */
function definitionSchema(): object {
  const schema = z.toJSONSchema(releaseDefinition, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Millrace release definition' };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
