import * as bridge from './events/ci-bridge';
import * as harvester from './events/harvester';
import * as inlet from './events/inlet';
import * as notifier from './events/notifier';
import * as resolver from './events/resolver';
import * as alert from './events/scheduler-alert';
import * as cascade from './events/scheduler-cascade';
import * as doubt from './events/scheduler-doubt';
import * as landing from './events/scheduler-landing';
import * as rebuild from './events/scheduler-rebuild';
import * as release from './events/scheduler-release';
import * as waiver from './events/scheduler-waiver';
import { eventType, type EventContract } from './envelope';

function isContract(value: unknown): value is EventContract {
  return typeof value === 'object' && value !== null && 'happened' in value;
}

/** Every event there is, by type. A new file under events/ is named here; a test compares the two. */
export const events: ReadonlyMap<string, EventContract> = new Map(
  [inlet, resolver, release, cascade, rebuild, doubt, alert, landing, waiver, bridge, notifier, harvester]
    .flatMap((file) => Object.values(file as Record<string, unknown>))
    .filter(isContract)
    .map((contract) => [eventType(contract), contract]),
);
