import { apps, type App } from '@millrace/contracts';

/** The port where NATS listens when nobody says otherwise; the services follow it. */
export const defaultPortBase = 4100;

/** NATS's port is the base; the services come after it in the order of the list of apps. */
export function portOf(app: App, portBase: number): number {
  return portBase + 1 + apps.indexOf(app);
}

export function addressOf(app: App, portBase: number, host = '127.0.0.1'): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${portOf(app, portBase)}`;
}
