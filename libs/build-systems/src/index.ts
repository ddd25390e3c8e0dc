export * from './build-system';
