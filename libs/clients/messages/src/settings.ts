/** Files for TLS: certificate authorities to trust, and a certificate of one's own. */
export interface MessageTls {
  readonly ca_file?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
}

/** fedora-messaging: AMQP 0-9-1, a topic exchange, a queue of one's own. */
export interface FedoraSettings extends MessageTls {
  readonly kind: 'fedora-messaging';
  readonly url: string;
  readonly exchange: string;
  /** Topics are bound as `<prefix>.#`. */
  readonly topic_prefix: string;
  /** Left out: a queue that lives as long as the connection; what comes meanwhile is missed, and polled. */
  readonly queue?: string | undefined;
}

/** UMB and other AMQP 1.0 brokers. */
export interface UmbSettings extends MessageTls {
  readonly kind: 'umb';
  readonly url: string;
  readonly addresses: readonly string[];
}

/** A NATS of somebody else's, over which messages come as JSON. */
export interface NatsSettings {
  readonly kind: 'nats';
  readonly url: string;
  readonly subjects: readonly string[];
}

export type ReceiverSettings = FedoraSettings | UmbSettings | NatsSettings;
