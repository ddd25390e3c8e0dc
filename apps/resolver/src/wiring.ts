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
import { answerDependants, type DependantsRequest, answerGraph, answerKnots, answerPath } from './admin/graph';
import { answerImpact } from './admin/impact';
import { importedGraph, importedPath } from './admin/imported-graph';
import { importedImpact } from './admin/imported-impact';
import { inPieces } from './admin/in-pieces';
import { answerOrder } from './admin/order';
import { answerPaths, answerReach, answerTiers } from './admin/reach';
import {
  answerDiff,
  answerExport,
  answerSearch,
  answerSnapshots,
  answerStats,
  answerUnresolved,
  importedDependants,
  importedKnots,
} from './admin/snapshots';
import { config, webSettingsOf, type ResolverConfig } from './config';
import { decide } from './domain/decide';
import type { Graphs } from './domain/graphs';
import type { Orders } from './domain/orders';
import type { ResolverInput } from './domain/input';
import type { Views } from './domain/views';
import { buildValidated, cascadeEnded, releaseKnown } from './inbound/events';
import { releasesAsker } from './outbound/ask-releases';
import { contentsFetcher } from './outbound/fetch-contents';
import { filesReader, filesRemover } from './outbound/file-works';
import { ordersInThread } from './outbound/order-in-thread';
import { threadImporter } from './outbound/in-thread';
import { ImportProgress } from './outbound/import-progress';
import { graphImporter } from './outbound/import-graph';
import { freshViews } from './outbound/refresh';
import { createSpecReader } from './outbound/spec-reader';
import { keyOf, load } from './store/load';
import { migrations } from './store/migrations';
import { tables, type ResolverTables } from './store/tables';
import { GraphFiles } from './store/graph-files';
import { createGraphs, isUsed, newestFile } from './store/graphs';
import { createViews } from './store/views';

export const hears: readonly Hears<ResolverInput>[] = [
  hear(releaseChanged, releaseKnown),
  hear(rebuildValidated, buildValidated),
  hear(cascadeCompleted, cascadeEnded),
  hear(cascadeCancelled, cascadeEnded),
];

export const says: readonly EventName[] = [graphPublished];

interface Imported {
  readonly graphs: Graphs;
  readonly orders: Orders;
}

type Context = ServiceContext<ResolverTables, ResolverInput, ResolverConfig>;

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
    const folder = join(dataDir, 'graphs');
    const files = new GraphFiles(folder);
    const importer = threadImporter(join(__dirname, 'import-thread.js'), folder, webSettingsOf(context.config));
    const orders = ordersInThread(join(__dirname, 'order-thread.js'), folder);
    const progress = new ImportProgress();
    const views = createViews(read);
    const graphs = createGraphs(read, views, files);
    // What cannot be opened is told to whoever asks for it.
    void graphs.preload().catch(() => undefined);
    return Promise.resolve({
      doors: doorsOf(context, views, { graphs, orders }, progress),
      works: [
        ...[graphImporter({ asker, read, specs, take, width }), contentsFetcher(asker), releasesAsker(asker)],
        ...[
          filesReader(importer, (release) => newestFile(read, release), progress),
          filesRemover(files, (file) => isUsed(read, file)),
        ],
      ],
      async start() {
        await take({ type: 'started' }, { id: `started-${randomUUID()}`, who: 'resolver' });
      },
    });
  },
};

function doorsOf(context: Context, views: Views, imported: Imported, progress: ImportProgress) {
  const { graphs, orders } = imported;
  const fresh = freshViews({
    views,
    asker: context.asker,
    take: context.take.bind(context),
    patienceMs: context.config.patience_seconds * 1000,
  });
  const { resolver } = doors;
  const neighbours = async (request: DependantsRequest) => {
    const open = await graphs.imported(request.release, request.snapshot);
    return inPieces(open ? importedDependants(open, request) : await answerDependants(request, views));
  };
  return [
    answer(resolver.impact, async (request) => {
      const open = await graphs.instead(request.release, request.snapshot);
      if (!open) return inPieces(await answerImpact(request, views, fresh));
      const builds = request.overlay === null ? [] : await views.layers(request.release, request.overlay);
      return inPieces(await importedImpact(open, request, orders, builds));
    }),
    answer(resolver.compare, (request) => answerCompare(request, { views, graphs, asker: context.asker })),
    answer(resolver.dependants, neighbours),
    answer(resolver.dependencies, (request) => neighbours({ ...request, direction: 'dependencies' as const })),
    answer(resolver.path, async (request) => {
      const open = await graphs.imported(request.release, request.snapshot);
      return open ? importedPath(open, request) : answerPath(request, views);
    }),
    answer(resolver.knots, async (request) => {
      const open = await graphs.imported(request.release, request.snapshot);
      return inPieces(open ? importedKnots(open, request) : await answerKnots(request, views));
    }),
    answer(resolver.graph, async (request) => {
      const open = await graphs.instead(request.release, request.snapshot);
      return inPieces(open ? await importedGraph(open, request, graphs) : await answerGraph(request, views));
    }),
    ...graphDoors(imported, progress),
    obey(resolver.graphImport, ({ release }, { name }) => ({
      type: 'import-wanted' as const,
      release,
      because: `${name} asked for it`,
    })),
  ];
}

/** Doors to graphs of either kind: made from a release's definition, or imported from files. */
function graphDoors({ graphs, orders }: Imported, progress: ImportProgress) {
  const { resolver } = doors;
  return [
    answer(resolver.reach, (request) => answerReach(request, graphs, orders)),
    answer(resolver.whatIf, (request) => answerReach(request, graphs, orders)),
    answer(resolver.order, (request) => answerOrder(request, graphs, orders)),
    answer(resolver.tiers, async (request) => inPieces(await answerTiers(request, graphs))),
    answer(resolver.paths, async (request) => inPieces(await answerPaths(request, graphs))),
    answer(resolver.unresolved, async (request) => inPieces(await answerUnresolved(request, graphs))),
    answer(resolver.search, async (request) => inPieces(await answerSearch(request, graphs))),
    answer(resolver.stats, (request) => answerStats(request, graphs)),
    answer(resolver.diff, async (request) => inPieces(await answerDiff(request, graphs))),
    answer(resolver.snapshots, async (request) => progress.shown(await answerSnapshots(request, graphs))),
    answer(resolver.snapshotExport, (request) => answerExport(request, graphs)),
    obey(resolver.importFiles, (request) => ({ type: 'files-wanted' as const, ...request })),
    obey(resolver.snapshotName, (request) => ({ type: 'snapshot-named' as const, ...request })),
    obey(resolver.snapshotPrune, (request) => ({ type: 'prune-wanted' as const, ...request })),
  ];
}
