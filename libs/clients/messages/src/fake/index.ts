export { startFakeBroker, type FakeBroker } from './broker';
export { startFakeUmb, type FakeUmb } from './umb';
