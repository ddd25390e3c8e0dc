import type { App } from '@millrace/contracts';
import type { ServiceGauge } from './definition';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly inputs: Counter<'type' | 'status'>;
}

/** Gauges are asked when they are scraped. */
export function createMetrics(
  app: App,
  gauges: Readonly<Record<string, { readonly help: string; readonly value: () => Promise<number> }>>,
  lags: () => Promise<ReadonlyMap<string, number>>,
  own: Readonly<Record<string, ServiceGauge>> = {},
): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  for (const [name, { help, value }] of Object.entries(gauges)) {
    new Gauge({
      name: `millrace_${name}`,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  }
  new Gauge({
    name: 'millrace_consumer_lag_messages',
    help: 'Messages that wait in the stream of a consumer',
    labelNames: ['consumer'],
    registers,
    async collect() {
      for (const [consumer, lag] of await lags()) this.set({ consumer }, lag);
    },
  });
  for (const [name, { help, label, values }] of Object.entries(own)) {
    new Gauge({
      name: `millrace_${name}`,
      help,
      labelNames: [label],
      registers,
      async collect() {
        this.reset();
        for (const [value, number] of await values()) this.set({ [label]: value }, number);
      },
    });
  }
  const inputs = new Counter({
    name: 'millrace_inputs_total',
    help: 'Inputs by their type and by what became of them',
    labelNames: ['type', 'status'] as const,
    registers,
  });
  return { registry, inputs };
}
