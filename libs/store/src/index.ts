export * from './connection';
export * from './database';
export * from './migrate';
export * from './migration';
export * from './records';
export * from './row-memory';
export { connectionOf } from './runner-connection';
export * from './table';
export * from './terms';
