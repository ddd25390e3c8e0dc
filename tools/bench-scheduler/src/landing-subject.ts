import { configuredBumps } from '@millrace/scheduler/outbound/configured';
import type { Outside } from '@millrace/scheduler/outbound/outside';
import { worksOf } from '@millrace/scheduler/outbound/works';
import { definition as scheduler } from '@millrace/scheduler/wiring';
import { startService } from '@millrace/service';
import { cascade, kojiOf, release, type SceneSettings } from './landing-scene';

/** What the crash script asks of the scheduler's process, and what it answers. */
export type LandingAsk = { readonly kind: 'land' | 'abort' | 'report' };

export interface LandingReport {
  readonly state: string;
  readonly done: number;
  readonly landed: boolean;
  readonly problem: string | null;
}

const settings = JSON.parse(process.argv[2]!) as SceneSettings;

/** The scheduler whole, on a Koji hub that its parent keeps. */
async function main(): Promise<void> {
  await startService(
    {
      ...scheduler,
      setUp: ({ config, dataDir, read, take }) => {
        const koji = kojiOf(settings);
        const systems = new Map([['koji', koji]]);
        const outside = { read, asker: null as never, systems, take } as unknown as Outside;
        process.on('message', (ask: LandingAsk) => void obey(ask, outside));
        return Promise.resolve({
          doors: [],
          works: worksOf(outside, configuredBumps(config, dataDir, systems)),
          stop: () => koji.end(),
        });
      },
    },
    process.env,
  );
  process.send!({ kind: 'ready' });
}

async function obey(ask: LandingAsk, { read, take }: Outside): Promise<void> {
  if (ask.kind === 'land') {
    const input = { type: 'landing.ask', release, cascade, partial: false, why: 'bench' } as const;
    await take(input, { id: 'land', who: 'bench' });
    return;
  }
  if (ask.kind === 'abort') {
    const input = { type: 'landing.abort', release, cascade, shipped: [], why: 'bench' } as const;
    // Refused when all of it is in: then it lands.
    await take(input, { id: 'abort', who: 'bench' }).catch(() => undefined);
    return;
  }
  const row = await read.landings.get(`${cascade}/1`);
  const of = await read.cascades.get(cascade);
  const { state = '', done = 0, problem = null } = row ?? {};
  const report: LandingReport = { state, done, landed: of?.landed ?? false, problem };
  process.send!({ kind: 'report', report });
}

void main();
