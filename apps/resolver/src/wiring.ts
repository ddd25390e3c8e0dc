import {
  cascadeCancelled,
  cascadeCompleted,
  doors,
  graphPublished,
  rebuildValidated,
  releaseChanged,
  type EventName,
} from '@millrace/contracts';
import { answer, hear, obey, type Hears, type ServiceContext, type ServiceDefinition } from '@millrace/service';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { answerCompare } from './admin/compare';
import { answerDependants, answerGraph, answerKnots, answerPath } from './admin/graph';
import { answerImpact } from './admin/impact';
import { config, type ResolverConfig } from './config';
import { decide } from './domain/decide';
import type { ResolverInput } from './domain/input';
import { buildValidated, cascadeEnded, releaseKnown } from './inbound/events';
import { releasesAsker } from './outbound/ask-releases';
import { contentsFetcher } from './outbound/fetch-contents';
import { graphImporter } from './outbound/import-graph';
import { freshViews } from './outbound/refresh';
import { createSpecReader } from './outbound/spec-reader';
import { keyOf, load } from './store/load';
import { migrations } from './store/migrations';
import { tables, type ResolverTables } from './store/tables';
import { createViews } from './store/views';

export const hears: readonly Hears<ResolverInput>[] = [
  hear(releaseChanged, releaseKnown),
  hear(rebuildValidated, buildValidated),
  hear(cascadeCompleted, cascadeEnded),
  hear(cascadeCancelled, cascadeEnded),
];

export const says: readonly EventName[] = [graphPublished];

export const definition: ServiceDefinition<ResolverTables, ResolverInput, ResolverConfig> = {
  app: 'resolver',
  machine: { app: 'resolver', tables, keyOf, load, decide },
  migrations,
  hears,
  says,
  config,
  setUp(context) {
    const { asker, read, dataDir } = context;
    const { sandbox, specs_at_once: width } = context.config;
    const specs = createSpecReader(sandbox || join(dataDir, 'sandbox'), join(dataDir, 'specs'));
    const take = context.take.bind(context);
    return Promise.resolve({
      doors: doorsOf(context),
      works: [graphImporter({ asker, read, specs, take, width }), contentsFetcher(asker), releasesAsker(asker)],
      async start() {
        await take({ type: 'started' }, { id: `started-${randomUUID()}`, who: 'resolver' });
      },
    });
  },
};

function doorsOf(context: ServiceContext<ResolverTables, ResolverInput, ResolverConfig>) {
  const views = createViews(context.read);
  const fresh = freshViews({
    views,
    asker: context.asker,
    take: context.take.bind(context),
    patienceMs: context.config.patience_seconds * 1000,
  });
  const { resolver } = doors;
  return [
    answer(resolver.impact, (request) => answerImpact(request, views, fresh)),
    answer(resolver.compare, (request) => answerCompare(request, views, context.asker)),
    answer(resolver.dependants, (request) => answerDependants(request, views)),
    answer(resolver.path, (request) => answerPath(request, views)),
    answer(resolver.knots, (request) => answerKnots(request, views)),
    answer(resolver.graph, (request) => answerGraph(request, views)),
    obey(resolver.graphImport, ({ release }, { name }) => ({
      type: 'import-wanted' as const,
      release,
      because: `${name} asked for it`,
    })),
  ];
}
