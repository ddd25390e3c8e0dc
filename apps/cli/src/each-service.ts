import { apps, type App } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { misused } from './context';

/** The services that are meant: the named one, or all. */
export function servicesOf(named: string | undefined): readonly App[] {
  if (named === undefined) return apps;
  const found = apps.find((app) => app === named);
  if (found) return [found];
  throw misused(`there is no service '${named}'`, `choose from ${apps.join(', ')}`);
}

/**
 * Tries the services one after another until one knows the thing; only when none does, and one could not be asked, is
 * it said that it could not be asked.
 */
export async function firstThatKnows<T>(services: readonly App[], ask: (app: App) => Promise<T>): Promise<T> {
  let away: unknown = null;
  let unknown: unknown = null;
  for (const app of services) {
    try {
      return await ask(app);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      if (thrown.kind === 'missing') unknown ??= thrown;
      else if (thrown.kind === 'unavailable') away ??= thrown;
      else throw thrown;
    }
  }
  throw away ?? unknown;
}
