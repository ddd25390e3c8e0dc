import { AppError, type FaultKind } from '@millrace/kernel';
import { refusal } from './schema';

/** What Bodhi refused, in its own words. */
export function refused(host: string, what: string, status: number, body: unknown): AppError {
  const read = refusal.safeParse(body);
  const said = read.success ? read.data.errors.map((one) => one.description).join('; ') : '';
  const message = `Bodhi at ${host} answered ${status} to ${what}${said === '' ? '' : `: ${said.slice(0, 800)}`}`;
  if (status === 401 || status === 403) {
    return fault(
      'bodhi-forbidden',
      'forbidden',
      message,
      'renew the token, or give its user the right to the packages',
    );
  }
  if (status === 404) return fault('bodhi-unknown', 'missing', message, 'look at it in Bodhi');
  if (status === 429 || status >= 500) return fault('bodhi-away', 'unavailable', message, 'it is asked again');
  return fault(
    'bodhi-refused',
    'conflict',
    message,
    'see what Bodhi says; edit the update there, or correct the release',
  );
}

export function away(host: string, why: string, cause?: unknown): AppError {
  return fault('bodhi-away', 'unavailable', `Bodhi at ${host} could not be asked: ${why}`, 'it is asked again', cause);
}

export function fault(code: string, kind: FaultKind, message: string, remedy: string, cause?: unknown): AppError {
  return new AppError({ code, kind, message, remedy, cause });
}
