export * from './ledger';
export * from './nats-server';
export * from './rabbitmq-server';
export * from './schema-drift';
export * from './test-store';
