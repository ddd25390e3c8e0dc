import { AppError } from '@millrace/kernel';

export function damagedXml(what: string, why: string): AppError {
  return new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${what} is no metadata that can be read: ${why.slice(0, 300)}`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}
