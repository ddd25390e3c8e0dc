import { runService } from '@millrace/service';
import { definition } from './wiring';

void runService(definition);
