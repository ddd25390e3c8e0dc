import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { resultsDbClient, type ResultsDbClient } from '@millrace/resultsdb';
import { obey, type ServiceContext, type ServiceParts } from '@millrace/service';
import type { BridgeConfig } from './config';
import type { Input } from './domain/input';
import { FileDesk } from './inbound/file-desk';
import type { IntakeParts } from './inbound/intake';
import type { Lags } from './inbound/lags';
import { MessageDesk } from './inbound/message-desk';
import { startSources, type RunningSource } from './inbound/message-sources';
import { replayQuarantined } from './inbound/quarantine';
import { mapForeignResults } from './inbound/resultsdb/take-over';
import { webhookController } from './inbound/webhook-controller';
import { WebhookDesk } from './inbound/webhook-desk';
import { configuredWebhooks } from './inbound/webhooks';
import { forwarder, poller } from './outbound/resultsdb/works';
import type { BridgeTables } from './store/tables';

type Context = ServiceContext<BridgeTables, Input, BridgeConfig>;
type Parts = Required<
  Pick<ServiceParts<Input>, 'controllers' | 'doors' | 'gauges' | 'replay' | 'works' | 'start' | 'stop'>
>;

/** How results come in beside the bus and ResultsDB's API, where else they go, and what cannot be mapped. */
export function intakeOf(context: Context, lags: Lags): Parts {
  const { config, take, bury, log, read } = context;
  const target = targetOf(config);
  const parts: IntakeParts = {
    ...{ take, bury, outcomes: config.outcomes },
    heard: (source, draft) => lags.heard(source, draft),
  };
  const webhooks = new WebhookDesk(parts, configuredWebhooks(config.webhooks));
  const files = new FileDesk(parts, config.largest_body);
  const messages = new MessageDesk(parts);
  let buses: readonly RunningSource[] = [];
  const audit = (fields: object): void => log.warn({ audit: true, ...fields }, 'a webhook was refused: not proven');
  const sources = Object.entries(config.resultsdb_sources).map(([name, one]) => [name, clientOf(one)] as const);
  return {
    controllers: [webhookController(webhooks, config.largest_body, audit)],
    doors: [obey(doors['ci-bridge'].resultPost, (file, caller) => files.inputOf(file, caller.name))],
    works: [
      forwarder(target ? clientOf(target) : null),
      poller(new Map(sources), (name, results) => mapForeignResults(parts, name, results)),
    ],
    gauges: {
      source_lag_seconds: {
        help: 'How old the newest message of a source was when it came',
        label: 'source',
        values: () => lags.values(),
      },
      source_connected: {
        help: 'Is the bus of others connected? 1 or 0',
        label: 'source',
        values: () =>
          Promise.resolve(new Map(buses.map(({ name, receiver }) => [name, receiver.problem() === null ? 1 : 0]))),
      },
      forwards: {
        help: "Results on their way to somebody else's ResultsDB, and those that it refused",
        label: 'state',
        values: async () =>
          new Map([
            ['waiting', await read.forwards.count({ state: 'waiting' })],
            ['refused', await read.forwards.count({ state: 'refused' })],
          ]),
      },
    },
    replay: (letter, who) => replayQuarantined({ webhooks, files, messages, parts }, letter, who),
    start: async () => {
      await take(
        { type: 'intake-set', settings: settingsOf(config) },
        { id: `intake/${randomUUID()}`, who: 'ci-bridge' },
      );
      buses = startSources(config.message_sources, messages);
    },
    stop: async () => {
      await Promise.all(buses.map(({ receiver }) => receiver.stop()));
    },
  };
}

/** Where a ResultsDB of somebody else is asked instead of ours, what comes here goes there. */
function targetOf({ forward_to, resultsdb_url }: BridgeConfig): BridgeConfig['forward_to'] {
  return forward_to ?? (resultsdb_url === undefined ? undefined : { url: resultsdb_url, mode: 'only' });
}

function settingsOf(config: BridgeConfig) {
  const { namespaces, resultsdb_sources } = config;
  return {
    forward: targetOf(config)?.mode ?? null,
    bound: namespaces,
    polled: Object.entries(resultsdb_sources).map(([name, { every }]) => ({ name, everyMs: every })),
  };
}

function clientOf({
  url,
  token_file,
}: {
  readonly url: string;
  readonly token_file?: string | undefined;
}): ResultsDbClient {
  return resultsDbClient({ url, token: token_file === undefined ? null : secretIn(token_file) });
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    throw new AppError({
      code: 'token-unreadable',
      kind: 'invalid',
      message: `the token of a ResultsDB cannot be read: ${(thrown as Error).message}`,
      remedy: 'point token_file at a file that this user may read',
      cause: thrown,
    });
  }
}
