import { AppError } from '@millrace/kernel';

export function throwStoreFault(thrown: unknown): never {
  throw storeFault(thrown);
}

/** Full disks and lost servers are no bugs: whoever asked may try again. */
export function storeFault(thrown: unknown): unknown {
  const code = (thrown as { code?: string }).code ?? '';
  const full = code === 'SQLITE_FULL' || code === '53100' || code === 'SQLITE_IOERR';
  const away = ['ECONNREFUSED', 'ECONNRESET', '57P01', '40001', '40P01', 'SQLITE_BUSY'].includes(code);
  if (!full && !away) return thrown;
  return new AppError({
    code: full ? 'disk-full' : 'database-unavailable',
    kind: 'unavailable',
    message: `the database did not take a change: ${(thrown as Error).message}`,
    remedy: full ? 'free space on the disk that holds the data folder; it goes on by itself then' : 'it is tried again',
    cause: thrown,
  });
}
