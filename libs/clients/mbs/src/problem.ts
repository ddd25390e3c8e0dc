import { AppError, type FaultKind } from '@millrace/kernel';

/** What the service refused: 400 and 422 the request, 401 and 403 us, 404 nothing there, 409 an NSVC that is there. */
export function refusedBy(base: string, status: number, text: string): AppError {
  const [kind, remedy] = meaning(status);
  const code = status === 409 ? 'mbs-exists' : `mbs-${kind}`;
  return new AppError({ code, kind, message: `${base} answered ${status}: ${wordsOf(text)}`, remedy });
}

/** No answer: whether a submission was taken is not known. */
export function unreachable(base: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError({
    code: 'mbs-no-answer',
    kind: 'unavailable',
    message: `no answer from the Module Build Service at ${base}: ${why}`,
    remedy: 'check that it is up and can be reached from here (proxy, certificate authority)',
    cause,
  });
}

function meaning(status: number): readonly [FaultKind, string] {
  switch (status) {
    case 400:
    case 422:
      return ['invalid', 'correct the modulemd file, its branch or the overrides'];
    case 401:
    case 403:
      return ['forbidden', 'check the token or ticket, and that its owner may submit modules'];
    case 404:
      return ['missing', 'check the id and the address'];
    case 409:
      return ['conflict', 'a commit, an empty one too, gives the module a new version'];
    default:
      return status >= 500 || status === 429
        ? ['unavailable', 'nothing to do: it is tried again']
        : ['invalid', 'check the address'];
  }
}

/** `{error, message, status}` as the service words it. */
function wordsOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message.slice(0, 1000);
  } catch {
    // A proxy's page: its beginning will do.
  }
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
