export { readMessage, type ForeignMessage } from './message';
export { receive, type Handle, type Receiver } from './receiver';
export type { FedoraSettings, NatsSettings, ReceiverSettings, UmbSettings } from './settings';
