import { apps, owners, streamName, type App } from '@millrace/contracts';

/** Users of a mill's NATS server: one per service, `guest` for other teams, `admin` for a person with a NATS client. */
export const natsUsers = [...apps, 'guest', 'admin'] as const;
export type NatsUser = (typeof natsUsers)[number];

export interface Permissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
}

/** Events have six tokens or more; commands and questions five, so that nobody listens to somebody else's. */
const everyEvent = 'millrace.*.*.*.*.>';
/** Topics of ResultsDB, Greenwave and WaiverDB, which ci-bridge says beside its events. */
const foreignTopics = ['resultsdb.>', 'greenwave.>', 'waiverdb.>'];
const readingStreams = [
  '$JS.API.INFO',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.INFO.>',
  '$JS.API.STREAM.MSG.GET.>',
  '$JS.API.DIRECT.GET.>',
  '$JS.API.CONSUMER.CREATE.>',
  '$JS.API.CONSUMER.DURABLE.CREATE.>',
  '$JS.API.CONSUMER.INFO.>',
  '$JS.API.CONSUMER.NAMES.>',
  '$JS.API.CONSUMER.LIST.>',
  '$JS.API.CONSUMER.MSG.NEXT.>',
  '$JS.ACK.>',
  '$JS.FC.>',
];

/** What a user may publish and hear: a service only its own events, a guest only into the inlet; null: everything. */
export function permissionsOf(user: NatsUser): Permissions | null {
  if (user === 'admin') return null;
  return user === 'guest' ? ofGuest() : ofService(user);
}

function ofService(app: App): Permissions {
  // No service may empty or remove a stream of events: what it must keep, others rely on.
  const destroying = owners.flatMap((owner) =>
    ['STREAM.DELETE', 'STREAM.PURGE', 'STREAM.MSG.DELETE'].map((verb) => `$JS.API.${verb}.${streamName(owner)}`),
  );
  return {
    publish: {
      allow: [
        `millrace.${app}.>`,
        ...(app === 'ci-bridge' ? foreignTopics : []),
        'millrace.*.ask.*.*',
        'millrace.*.do.*.*',
        '$JS.API.>',
        '$JS.ACK.>',
        '$JS.FC.>',
        // The object store that big answers travel through.
        '$O.>',
        '$SRV.>',
        '_INBOX.>',
      ],
      deny: destroying,
    },
    subscribe: { allow: [everyEvent, ...foreignTopics, `millrace.${app}.>`, '$SRV.>', '$O.>', '_INBOX.>'] },
  };
}

function ofGuest(): Permissions {
  return {
    publish: { allow: ['millrace.inlet.*.*.*.>', ...readingStreams] },
    subscribe: { allow: [everyEvent, ...foreignTopics, '_INBOX.>'] },
  };
}
