import {
  cascadeCompleted,
  composeFailed,
  composeFinished,
  composeWanted,
  doors,
  rebuildValidated,
  rebuildWanted,
  releaseChanged,
  type EventName,
} from '@millrace/contracts';
import { answer, hear, obey, type Hears, type ServiceDefinition, releasesAsker } from '@millrace/service';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listComposes, showCompose } from './admin/composes';
import { config, type HarvesterConfig } from './config';
import { decide } from './domain/decide';
import type { HarvesterInput } from './domain/input';
import { completed, releaseKnown, validated, wanted } from './inbound/heard';
import { stockLooker } from './outbound/look-for-stock';
import { composeMaker } from './outbound/make/make-compose';
import { keyOf, load } from './store/load';
import { migrations } from './store/migrations';
import { tables, type HarvesterTables } from './store/tables';

export const hears: readonly Hears<HarvesterInput>[] = [
  hear(releaseChanged, releaseKnown),
  hear(composeWanted, wanted),
  hear(cascadeCompleted, completed),
  hear(rebuildValidated, validated),
];

export const says: readonly EventName[] = [composeFinished, composeFailed, rebuildWanted];

export const definition: ServiceDefinition<HarvesterTables, HarvesterInput, HarvesterConfig> = {
  app: 'harvester',
  machine: { app: 'harvester', tables, keyOf, load, decide },
  migrations,
  hears,
  says,
  config,
  async setUp({ config: of, read, asker, dataDir, take }) {
    const dir = of.composes === '' ? join(dataDir, 'composes') : resolve(of.composes);
    await mkdir(dir, { recursive: true });
    const platform = of.platform.split(',').flatMap((name) => name.trim() || []);
    return {
      doors: [
        answer(doors.harvester.composes, (request) => listComposes(read.composes, request)),
        answer(doors.harvester.compose, (request) => showCompose(read.composes, request)),
        obey(doors.harvester.composeMake, ({ release, why }): HarvesterInput => {
          return { type: 'wanted', release, why, origin: 'command' };
        }),
      ],
      works: [releasesAsker(asker), stockLooker(asker), composeMaker({ dir, platform, asker })],
      async start() {
        await take({ type: 'started' }, { id: `started-${randomUUID()}`, who: 'harvester' });
      },
    };
  },
};
