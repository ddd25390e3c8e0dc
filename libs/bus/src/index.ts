export * from './connect';
export * from './durable-consumer';
export * from './jetstream-publisher';
export * from './jetstream-server';
export * from './nats-asker';
export * from './streams';
