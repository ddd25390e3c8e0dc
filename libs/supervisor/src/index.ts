export * from './child';
export * from './mill';
export * from './mill-folder';
export * from './nats-permissions';
export * from './nats-server';
export * from './ports';
export * from './secrets';
export * from './token-book';
