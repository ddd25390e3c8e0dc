import { randomUUID } from 'node:crypto';
import { doors, type EventName, rerunRequested, verdictDecided, waiverRecorded } from '@millrace/contracts';
import { canonicalJson } from '@millrace/kernel';
import { connectToHub, type KojiHub } from '@millrace/koji';
import { connectToGreenwave } from '@millrace/greenwave';
import { resultsDbClient, type ResultsDbClient } from '@millrace/resultsdb';
import { connectToWaiverDb } from '@millrace/waiverdb';
import { answer, obey, type ServiceContext, type ServiceParts } from '@millrace/service';
import { replayDecision, showDecisions } from './admin/decisions';
import { showGates } from './admin/gates';
import { greenwaveController } from './admin/greenwave/controller';
import { ownResults, type ResultSource } from './admin/greenwave/facts';
import { clock, policyHistory, showPolicies } from './admin/policies';
import type { WaiverAccess } from './admin/waiverdb/access';
import { waiverDbController } from './admin/waiverdb/controller';
import type { ForeignService } from './domain/catalogue';
import type { Input } from './domain/input';
import type { GateSettings } from './gate-settings';
import {
  soundCatalogue,
  stampOfFolders,
  type PolicyFolders,
  type ReadCatalogue,
} from './outbound/greenwave/policy-files';
import { foreignAsker, type Peers } from './outbound/greenwave/foreign';
import { PolicyWatch } from './outbound/greenwave/policy-watch';
import { createdAt, RemoteRules, type KojiBuild } from './outbound/greenwave/remote-rules';
import { remoteRuleFetcher } from './outbound/greenwave/works';
import { rerunPoster } from './outbound/rerun-hooks';
import { foreignResults } from './outbound/resultsdb/foreign-results';
import type { BridgeTables } from './store/tables';

/** What the gates publish. */
export const gateEvents: readonly EventName[] = [verdictDecided, waiverRecorded, rerunRequested];

type Context = Pick<ServiceContext<BridgeTables, Input, GateSettings>, 'config' | 'log' | 'read' | 'take' | 'whose'>;

type GateParts = Required<Pick<ServiceParts<Input>, 'doors' | 'works' | 'controllers' | 'gauges' | 'start' | 'stop'>>;

const own = doors['ci-bridge'];
/** How often policy files are looked at. */
const lookMs = 1000;

/** The half of the bridge that decides: gates, policies and waivers. */
export async function gateParts(context: Context): Promise<GateParts> {
  const { config, read, take } = context;
  const hub =
    config.koji_url === undefined ? null : connectToHub({ url: config.koji_url, pace: { tries: 2, intervalMs: 500 } });
  const audit = (what: string) => (fields: object) => context.log.warn({ audit: true, ...fields }, what);
  const remote = remoteRulesOf(config, hub, audit('the address of a remote rule was refused'));
  const peers = peersOf(config);
  const results = resultSource(read, peers.resultsdb);
  const folders = { policies: config.policies_dir, subjectTypes: config.subject_types_dir };
  const files = await policyFiles(context, folders);
  return {
    doors: [
      answer(own.gates, (wanted) => showGates(read, wanted)),
      answer(own.decisions, (wanted) => showDecisions(read, wanted)),
      answer(own.decisionReplay, ({ decision }) => replayDecision(read, decision)),
      answer(own.policies, () => showPolicies(read, files.said())),
      answer(own.policyHistory, (asked) => policyHistory(read, results, asked, clock())),
      obey(own.gateWaive, (wish): Input => ({ type: 'waive', ...wish })),
      obey(own.gateGroup, (wish): Input => ({ type: 'group-wanted', ...wish })),
    ],
    works: [remoteRuleFetcher(remote), rerunPoster(config.rerun_hooks), foreignAsker(peers)],
    controllers: [
      greenwaveController(
        {
          read,
          results,
          outside: remote,
          peer: peers.greenwave,
          kojiUrl: config.koji_url ?? null,
          remoteRulePolicies: config.remote_rule_policies,
        },
        config.cors_url ?? null,
      ),
      waiverDbController(
        {
          ...{ read, take, newId: randomUUID, access: waiverAccess(context), peer: peers.waiverdb },
          audit: audit('a waiver was refused: no right to post it'),
        },
        config.cors_url ?? null,
      ),
    ],
    gauges: { gate_verdicts: verdictGauge(context) },
    start: files.start,
    stop: async () => {
      await files.stop();
      await hub?.close();
    },
  };
}

/** The files are read before anything answers; broken ones keep the service from starting. */
async function policyFiles({ log, take, config }: Context, folders: PolicyFolders) {
  const stamp = await stampOfFolders(folders);
  let last: ReadCatalogue = await soundCatalogue(folders);
  let problems: readonly string[] = [];
  const keep = async (read: ReadCatalogue): Promise<void> => {
    const { policies, subjectTypes, digest, warnings } = read;
    for (const warning of warnings.slice(0, 20)) log.warn({ warning }, 'a policy file has a key that means nothing');
    const asks = asksOf(config);
    const reruns = config.rerun_hooks.map(({ ci, budget }) => ({ ci, budget }));
    const parts = [digest, ...asks, ...(reruns.length > 0 ? [canonicalJson(reruns)] : [])];
    await take(
      { type: 'policies-read', catalogue: { policies, subjectTypes, asks, reruns }, digest: parts.join('+') },
      { id: `policies/${randomUUID()}`, who: 'ci-bridge' },
    );
    [last, problems] = [read, []];
  };
  const broken = (found: readonly string[]): void => {
    problems = found;
    log.error({ problems: found.slice(0, 20) }, 'policy files cannot be used; those of before still hold');
  };
  const watch = new PolicyWatch({ folders, everyMs: lookMs, changed: keep, broken }, stamp);
  return {
    said: () => ({ problems, warnings: last.warnings }),
    start: async (): Promise<void> => {
      await keep(last);
      if (folders.policies.length + folders.subjectTypes.length > 0) watch.start();
    },
    stop: () => watch.stop(),
  };
}

function remoteRulesOf(config: GateSettings, hub: KojiHub | null, audit: (fields: object) => void): RemoteRules {
  return new RemoteRules({
    audit,
    templates: config.remote_rule_policies,
    private: config.remote_rules_private,
    ...(hub === null ? {} : { koji: (nvr: string) => kojiBuild(hub, nvr) }),
  });
}

async function kojiBuild(hub: KojiHub, nvr: string): Promise<KojiBuild | null> {
  const build = await hub.getBuild(nvr);
  if (!build) return null;
  const extra = build.extra as { source?: { original_url?: unknown } } | null | undefined;
  const original = extra?.source?.original_url;
  const source = build.source || (typeof original === 'string' ? original : null);
  return { source: source || null, createdAt: createdAt(build.creation_ts) };
}

function waiverAccess({ config, whose }: Context): WaiverAccess {
  return {
    whose,
    dummyHeader: config.waiver_auth === 'dummy' ? config.waiver_user_header : null,
    superusers: config.superusers,
    permissions: config.waiver_permissions,
    groups: config.waiver_groups,
  };
}

const counted = ['pending', 'passed', 'passed (nothing required)', 'failed', 'unknown'];

function verdictGauge({ read }: Context) {
  return {
    help: 'Verdicts as they stand; a pass of which nothing was required is counted apart',
    label: 'decision',
    values: async () =>
      new Map(
        await Promise.all(counted.map(async (one) => [one, await read.verdicts.count({ counted: one })] as const)),
      ),
  };
}

function resultSource(read: Context['read'], peer: ResultsDbClient | null): ResultSource {
  return peer ? { about: (named) => foreignResults(peer, named) } : ownResults(read);
}

function peersOf({ greenwave_url, waiverdb_url, resultsdb_url }: GateSettings): Peers {
  return {
    resultsdb: resultsdb_url === undefined ? null : resultsDbClient({ url: resultsdb_url }),
    greenwave: greenwave_url === undefined ? null : connectToGreenwave({ url: greenwave_url }),
    waiverdb: waiverdb_url === undefined ? null : connectToWaiverDb({ url: waiverdb_url }),
  };
}

function asksOf({ greenwave_url, waiverdb_url, resultsdb_url }: GateSettings): readonly ForeignService[] {
  return [
    ...(resultsdb_url === undefined ? [] : (['resultsdb'] as const)),
    ...(greenwave_url === undefined ? [] : (['greenwave'] as const)),
    ...(waiverdb_url === undefined ? [] : (['waiverdb'] as const)),
  ];
}
