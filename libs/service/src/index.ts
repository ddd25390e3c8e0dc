export * from './definition';
export * from './releases-asker';
export * from './run-service';
export * from './settings';
export * from './start-service';
export * from './tokens';
export * from './written-answer';
export * from './small-heap';
