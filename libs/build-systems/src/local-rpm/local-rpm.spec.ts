import { describeBuildSystem } from '../build-system.suite';
import { compileRunner, localWorld } from './test-world';

jest.setTimeout(120_000);
beforeAll(compileRunner, 120_000);

describeBuildSystem('local-rpm', localWorld);
