import { doors } from '@millrace/contracts';
import { obey, type ServiceContext, type ServiceParts } from '@millrace/service';
import type { BridgeConfig } from './config';
import type { Input } from './domain/input';
import { FileDesk } from './inbound/file-desk';
import { Lags } from './inbound/lags';
import { replayQuarantined } from './inbound/quarantine';
import { webhookController } from './inbound/webhook-controller';
import { WebhookDesk } from './inbound/webhook-desk';
import { configuredWebhooks } from './inbound/webhooks';
import type { BridgeTables } from './store/tables';

type Context = ServiceContext<BridgeTables, Input, BridgeConfig>;
type Parts = Required<Pick<ServiceParts<Input>, 'controllers' | 'doors' | 'gauges' | 'replay'>>;

/** How results come in beside the bus and ResultsDB's API: webhooks and files, and what cannot be mapped. */
export function intakeOf({ config, take, bury, log }: Context): Parts {
  const lags = new Lags();
  const parts = {
    ...{ take, bury, outcomes: config.outcomes },
    late: (source: string, seconds: number) => lags.late(source, seconds),
  };
  const webhooks = new WebhookDesk(parts, configuredWebhooks(config.webhooks));
  const files = new FileDesk(parts);
  const audit = (fields: object): void => log.warn({ audit: true, ...fields }, 'a webhook was refused: not proven');
  return {
    controllers: [webhookController(webhooks, audit)],
    doors: [obey(doors['ci-bridge'].resultPost, (file, caller) => files.inputOf(file, caller.name))],
    gauges: {
      source_lag_seconds: {
        help: 'How old the newest message of a source was when it came',
        label: 'source',
        values: () => lags.values(),
      },
    },
    replay: (letter, who) => replayQuarantined({ webhooks, files }, letter, who),
  };
}
