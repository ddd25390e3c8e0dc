import {
  doors,
  events,
  eventType,
  noticeDelivered,
  noticeFailed,
  releaseChanged,
  type EventName,
} from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import {
  answer,
  hear,
  type Hears,
  type ServiceContext,
  type ServiceDefinition,
  releasesAsker,
} from '@millrace/service';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { listNotices } from './admin/notices';
import { config, type NotifierConfig } from './config';
import { decide } from './domain/decide';
import type { NotifierInput } from './domain/input';
import { happeningOf } from './inbound/happening';
import { releaseKnown } from './inbound/release';
import { mailSender, messageIdOf, type MailSettings } from './outbound/send-mail';
import { openSentLedger } from './outbound/sent-ledger';
import { keyOf, load } from './store/load';
import { migrations } from './store/migrations';
import { tables, type NotifierTables } from './store/tables';

/** Every event of everybody else, through its own words; of one, the release definition is kept as well. */
export const hears: readonly Hears<NotifierInput>[] = [
  hear(releaseChanged, releaseKnown),
  ...[...events.values()]
    .filter((contract) => contract.owner !== 'notifier' && eventType(contract) !== eventType(releaseChanged))
    .map((contract) => hear(contract, (envelope) => happeningOf(contract, envelope))),
];

export const says: readonly EventName[] = [noticeDelivered, noticeFailed];

type Context = ServiceContext<NotifierTables, NotifierInput, NotifierConfig>;

export const definition: ServiceDefinition<NotifierTables, NotifierInput, NotifierConfig> = {
  app: 'notifier',
  machine: { app: 'notifier', tables, keyOf, load, decide },
  migrations,
  hears,
  says,
  config,
  async setUp(context) {
    const { domain } = context.config;
    const settings = await mailSettings(context);
    return {
      doors: [
        answer(doors.notifier.notices, (request) =>
          listNotices(context.read.notices, request, (notice) => messageIdOf(notice, domain)),
        ),
      ],
      works: [mailSender(settings), releasesAsker(context.asker)],
      async start() {
        await context.take({ type: 'started' }, { id: `started-${randomUUID()}`, who: 'notifier' });
      },
    };
  },
};

async function mailSettings({ config: of, dataDir }: Context): Promise<MailSettings> {
  const auth = of.smtp_user === '' ? null : { user: of.smtp_user, pass: await password(of.smtp_password_file) };
  return {
    server: { host: of.smtp_host, port: of.smtp_port, secure: of.smtp_secure, auth },
    from: of.from,
    domain: of.domain,
    addresses: {
      resolver: of.resolver_url,
      scheduler: of.scheduler_url,
      'ci-bridge': of.ci_bridge_url,
      harvester: of.harvester_url,
    },
    ledger: await openSentLedger(dataDir),
    now: () => new Date().toISOString(),
  };
}

async function password(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError({
      code: 'smtp-password-unreadable',
      kind: 'invalid',
      message: `smtp_user is set, but the password file '${file}' cannot be read`,
      remedy: 'set smtp_password_file of the notifier to a file with the password, readable by the service',
      cause,
    });
  });
  return text.replace(/\r?\n$/, '');
}
