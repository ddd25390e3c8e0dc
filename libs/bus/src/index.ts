export * from './connect';
export * from './durable-consumer';
export * from './echo';
export type { GivenMessage } from './given';
export * from './jetstream-publisher';
export * from './jetstream-server';
export * from './nats-asker';
export * from './streams';
