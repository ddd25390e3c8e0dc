import { describeBuildSystem } from '../build-system.suite';
import { kojiWorld } from './test-world';

describeBuildSystem('Koji', kojiWorld);
