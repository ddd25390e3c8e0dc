export * from './connect';
export * from './durable-consumer';
export * from './echo';
export * from './jetstream-publisher';
export * from './jetstream-server';
export * from './nats-asker';
export * from './streams';
