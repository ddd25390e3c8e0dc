import type { Definitions } from '@millrace/build-systems';
import {
  alertEnded,
  alertRaised,
  buildFinished,
  cascadeCancelled,
  cascadeCompleted,
  cascadeHeld,
  cascadePlanned,
  cascadeResumed,
  cascadeStalled,
  cascadeStarted,
  changeDetected,
  changeReported,
  graphPublished,
  landingChanged,
  rebuildDoubted,
  rebuildFailed,
  rebuildRejected,
  rebuildSettled,
  rebuildStarted,
  rebuildValidated,
  rebuildWanted,
  releaseChanged,
  schedulerResultReported,
  setWanted,
  verdictDecided,
  verdictWanted,
  waiverWanted,
  type EventName,
} from '@millrace/contracts';
import type { Receiver } from '@millrace/messages';
import { hear, type Hears, type ServiceDefinition } from '@millrace/service';
import { alertGauge, alertQuestions, openAlerts } from './admin/alerts';
import { baselineQuestions } from './admin/baseline';
import { buildSystemQuestions } from './admin/build-systems';
import { cascadeQuestions } from './admin/cascades';
import { changeQuestions } from './admin/changes';
import { explainQuestions } from './admin/explain';
import { historyGauges, historyQuestions } from './admin/history';
import { landingGauge, landingQuestions } from './admin/landings';
import { questions } from './admin/questions';
import { sideTagQuestions, viewsOf } from './admin/side-tags';
import { Scenes } from './admin/scenes';
import { shadowQuestions } from './admin/shadow';
import { actLookups } from './outbound/act-lookups';
import { buildersOf } from './outbound/builders';
import { catchUp } from './outbound/catch-up';
import { config, secretFilesOf, topUrlsOf, type SchedulerConfig } from './config';
import type { Input } from './domain/input';
import { actCommands } from './inbound/act-commands';
import { changeCommands } from './inbound/change-commands';
import { listen } from './inbound/bus/listen';
import { commands } from './inbound/commands';
import { decided, missed, published, reported, setAsked } from './inbound/heard';
import { landingCommands } from './inbound/landing-commands';
import { nvrQuestions } from './inbound/nvr-commands';
import { peopleCommands } from './inbound/people-commands';
import { releaseCommands } from './inbound/release-commands';
import { repoFilesController } from './inbound/repo-files';
import { setCommands } from './inbound/set-commands';
import { sideTagCommands } from './inbound/side-tag-commands';
import { webhooksController } from './inbound/webhooks/controller';
import { buildSystems, configuredBumps, configuredLanders, definitionsOn } from './outbound/configured';
import { gitSourceOf } from './outbound/git-source';
import { lookupsOf } from './outbound/lookups';
import { nvrLookups } from './outbound/nvr-lookups';
import { observing } from './outbound/observing';
import { changeNamed, type Outside } from './outbound/outside';
import { trackedAt } from './outbound/pushed';
import { heldTags, sideTagLookups } from './outbound/side-tags';
import { repositoryOf, systemNamed } from './outbound/systems';
import { unknownHint } from './outbound/unknown-hint';
import { worksOf } from './outbound/works';
import { machine } from './store/machine';
import { migrations } from './store/migrations';
import type { SchedulerTables } from './store/tables';

/** What the scheduler consumes, and what it makes of it. */
export const hears: readonly Hears<Input>[] = [
  hear(changeReported, (envelope) => reported(envelope)),
  hear(rebuildWanted, (envelope) => missed(envelope)),
  hear(setWanted, (envelope) => setAsked(envelope)),
  hear(graphPublished, (envelope) => published(envelope)),
  hear(verdictDecided, ({ data }) => decided(data)),
];

/** What the scheduler publishes. */
export const says: readonly EventName[] = [
  releaseChanged,
  changeDetected,
  cascadePlanned,
  cascadeStarted,
  cascadeHeld,
  cascadeResumed,
  cascadeStalled,
  cascadeCompleted,
  cascadeCancelled,
  rebuildStarted,
  rebuildValidated,
  rebuildFailed,
  rebuildRejected,
  rebuildSettled,
  buildFinished,
  verdictWanted,
  schedulerResultReported,
  alertRaised,
  alertEnded,
  rebuildDoubted,
  landingChanged,
  waiverWanted,
];

export const definition: ServiceDefinition<SchedulerTables, Input, SchedulerConfig> = {
  app: 'scheduler',
  machine,
  migrations,
  hears,
  says,
  config,
  setUp: ({ config: settings, read, asker, take, dataDir }) => {
    const { systems: configured, buses, stop: endSystems } = buildSystems(settings, dataDir, read);
    const systems = observing(configured, read);
    const receivers: Receiver[] = [];
    const bumps = configuredBumps(settings, dataDir, systems);
    const scenes = new Scenes(read);
    const landers = configuredLanders(settings, systems);
    const outside: Outside = { read, asker, systems, git: bumps.git, take, landers };
    return Promise.resolve({
      doors: [
        ...cascadeQuestions(read, scenes),
        ...questions(read, (release, system) => repositoryOf(systemNamed(systems, system), release.id, null)),
        ...changeQuestions(read, (release, component) => unknownHint({ asker }, release, component)),
        ...alertQuestions(read),
        ...buildSystemQuestions(read, [...systems.keys()], (name) => buildersOf(systemNamed(systems, name))),
        ...explainQuestions(read, scenes),
        ...shadowQuestions(read),
        ...baselineQuestions(read),
        ...historyQuestions(read),
        ...landingQuestions(read),
        ...landingCommands(lookupsOf(outside)),
        ...sideTagQuestions(read, (release, others) => heldTags(outside, release, others)),
        ...sideTagCommands(sideTagLookups(outside, (held) => viewsOf(read, held))),
        ...releaseCommands(lookupsOf(outside)),
        ...commands(lookupsOf(outside)),
        ...setCommands({ ...lookupsOf(outside), ...nvrLookups(outside, bumps) }),
        ...nvrQuestions(nvrLookups(outside, bumps)),
        ...peopleCommands(lookupsOf(outside)),
        ...actCommands(actLookups(outside)),
        ...changeCommands((id) => changeNamed(read, id)),
      ],
      gauges: { alerts: alertGauge(read), landings: landingGauge(read), ...historyGauges(read) },
      alerts: () => openAlerts(read),
      works: worksOf(outside, bumps),
      stop: async () => {
        await Promise.all(receivers.map((one) => one.stop()));
        await endSystems();
      },
      controllers: [
        repoFilesController(topUrlsOf(settings)),
        webhooksController({
          secretFiles: secretFilesOf(settings),
          tracked: (release, addresses) => trackedAt(outside, release, addresses),
          take,
        }),
      ],
      start: async () => {
        await catchUp(outside);
        const definitions = (): ReturnType<Definitions['all']> => definitionsOn(read).all();
        receivers.push(...listen(buses, { definitions, sourceOf: gitSourceOf, take }));
      },
    });
  },
};
