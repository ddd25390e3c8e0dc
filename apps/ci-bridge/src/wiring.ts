import {
  doors,
  inletResultReported,
  releaseChanged,
  resultRecorded,
  schedulerResultReported,
  verdictDecided,
  verdictWanted,
  waiverRecorded,
  type EventName,
} from '@millrace/contracts';
import { answer, hear, obey, type Hears, type ServiceDefinition, releasesAsker } from '@millrace/service';
import { randomUUID } from 'node:crypto';
import { showGates } from './admin/gates';
import { greenwaveController } from './admin/greenwave/controller';
import { resultsDbController } from './admin/resultsdb/controller';
import { resultsDbV3Controller } from './admin/resultsdb-v3/controller';
import { waiverDbController } from './admin/waiverdb/controller';
import { config, type BridgeConfig } from './config';
import { machine } from './machine';
import type { Input } from './domain/input';
import { mapCiMessage } from './inbound/ci-message/map';
import { mapOwnResult } from './inbound/own-result';
import { migrations } from './store/migrations';
import type { BridgeTables } from './store/tables';

/** What the bridge consumes, and what it makes of it. */
export const hears: readonly Hears<Input>[] = [
  hear(inletResultReported, ({ data, release }) => mapCiMessage(data, release ?? null)),
  hear(schedulerResultReported, mapOwnResult),
  hear(verdictWanted, ({ data }) => ({ type: 'verdict-wanted', wanted: data })),
  hear(releaseChanged, ({ data: { name, revision, definition } }) => ({
    type: 'release-changed',
    release: { name, revision, definition },
  })),
];

/** What the bridge publishes. */
export const says: readonly EventName[] = [resultRecorded, verdictDecided, waiverRecorded];

const own = doors['ci-bridge'];

export const definition: ServiceDefinition<BridgeTables, Input, BridgeConfig> = {
  app: 'ci-bridge',
  machine,
  migrations,
  hears,
  says,
  config,
  setUp: ({ config, read, take, asker, whose, onLoopback }) => {
    const access = { whose, onLoopback, permissions: config.permissions ?? null };
    const results = { read, take, outcomes: config.outcomes, access };
    return Promise.resolve({
      doors: [
        answer(own.gates, (wanted) => showGates(read, wanted)),
        obey(own.gateWaive, (wish): Input => ({ type: 'waive', ...wish })),
      ],
      works: [releasesAsker(asker)],
      controllers: [
        resultsDbController(results),
        resultsDbV3Controller(results),
        greenwaveController(read),
        waiverDbController(read),
      ],
      start: async () => {
        await take({ type: 'releases-missed' }, { id: `start/${randomUUID()}`, who: 'ci-bridge' });
      },
    });
  },
};
