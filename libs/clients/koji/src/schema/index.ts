export * from './build';
export * from './ids';
export * from './repo';
export * from './rpm';
export * from './tag';
export * from './task';
