export { readMessage, type ForeignMessage } from './schema';
export { receive, type Handle, type Receiver, type Unread } from './receiver';
export type { FedoraSettings, NatsSettings, ReceiverSettings, UmbSettings } from './settings';
