export * from './connection';
export * from './database';
export * from './migrate';
export * from './migration';
export * from './records';
export * from './row-memory';
export * from './table';
export * from './terms';
