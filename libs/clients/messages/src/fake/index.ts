export { startFakeBroker, type FakeBroker } from './broker';
