export * from './dead-letters';
export * from './deadlines';
export * from './engine';
export * from './engine-tables';
export * from './machine';
export * from './outbox';
export * from './prune';
export * from './work-runner';
