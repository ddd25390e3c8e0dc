import {
  inletResultReported,
  releaseChanged,
  resultRecorded,
  schedulerResultReported,
  verdictWanted,
  waiverWanted,
  type EventName,
} from '@millrace/contracts';
import { resultsDbClient } from '@millrace/resultsdb';
import { hear, type Hears, type ServiceDefinition, releasesAsker } from '@millrace/service';
import { randomUUID } from 'node:crypto';
import { ResultsDbRoot, resultsDbController } from './admin/resultsdb/controller';
import { resultsDbV3Controller } from './admin/resultsdb-v3/controller';
import { config, type BridgeConfig } from './config';
import { gateEvents, gateParts } from './gates';
import { intakeOf } from './intake-wiring';
import { machine } from './machine';
import type { Input } from './domain/input';
import { mapCiMessage } from './inbound/ci-message/map';
import { Lags } from './inbound/lags';
import { mapOwnResult } from './inbound/own-result';
import { echoes } from './outbound/echoes';
import { migrations } from './store/migrations';
import type { BridgeTables } from './store/tables';

const lags = new Lags();

/** What the bridge consumes, and what it makes of it. */
export const hears: readonly Hears<Input>[] = [
  hear(inletResultReported, ({ data, release }) => {
    const input = mapCiMessage(data, release ?? null);
    if (input.type === 'result-reported') lags.heard('inlet', input.draft);
    return input;
  }),
  hear(schedulerResultReported, mapOwnResult),
  hear(verdictWanted, ({ data }) => ({ type: 'verdict-wanted', wanted: data })),
  hear(waiverWanted, ({ data: { subject, testcase: test, by, comment, expires } }) => ({
    type: 'waive',
    ...{ subject: subject.id, test, by, comment, expires: expires ?? undefined },
  })),
  hear(releaseChanged, ({ data: { name, revision, definition } }) => ({
    type: 'release-changed',
    release: { name, revision, definition },
  })),
];

/** What the bridge publishes. */
export const says: readonly EventName[] = [resultRecorded, ...gateEvents];

/** Where results, questions and waivers of others come in. Files of results are measured as they were before JSON. */
const boundedPaths = ['/resultsdb', '/greenwave', '/waiverdb', '/webhooks'] as const;

export const definition: ServiceDefinition<BridgeTables, Input, BridgeConfig> = {
  app: 'ci-bridge',
  machine,
  migrations,
  hears,
  says,
  echoes,
  config,
  setUp: async (context) => {
    const { config, log, read, take, asker, whose, onLoopback } = context;
    const audit = (fields: object): void =>
      log.warn({ audit: true, ...fields }, 'a result was refused: no right to post it');
    const access = { whose, onLoopback, permissions: config.permissions ?? null, audit };
    const peer = config.resultsdb_url === undefined ? null : resultsDbClient({ url: config.resultsdb_url });
    const results = { read, take, outcomes: config.outcomes, access, peer, largest: config.largest_body };
    const intake = intakeOf(context, lags);
    const gates = await gateParts(context);
    return {
      doors: [...intake.doors, ...gates.doors],
      works: [releasesAsker(asker), ...intake.works, ...gates.works],
      controllers: [
        ResultsDbRoot,
        resultsDbController(results),
        resultsDbV3Controller(results),
        ...intake.controllers,
        ...gates.controllers,
      ],
      unreadBodies: ['/webhooks'],
      origins: config.cors_url === undefined ? [] : [config.cors_url],
      largestBodies: Object.fromEntries(boundedPaths.map((path) => [path, config.largest_body])),
      gauges: { ...intake.gauges, ...gates.gauges },
      replay: intake.replay,
      start: async () => {
        await intake.start();
        await gates.start();
        await take({ type: 'releases-missed' }, { id: `start/${randomUUID()}`, who: 'ci-bridge' });
      },
      stop: async () => {
        await intake.stop();
        await gates.stop();
      },
    };
  },
};
