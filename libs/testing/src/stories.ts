export * from './stories/broken';
export * from './stories/run-command';
export * from './stories/until';
