export * from './table';
export * from './migration';
