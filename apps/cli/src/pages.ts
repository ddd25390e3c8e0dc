/** A part of a list. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** Items of a page when all are wanted. */
const size = 10_000;

/**
 * Asks for one page when a limit is given, and else for page after page until there is no more.
 * @param lists  the lists of an answer; those of later pages are put behind those of the first
 */
export async function pagesOf<Reply extends object>(
  { limit, offset }: { readonly limit?: string | undefined; readonly offset?: string | undefined },
  ask: (page: Page) => Promise<Reply>,
  lists: (reply: Reply) => readonly unknown[][],
): Promise<Reply> {
  const start = Number(offset ?? 0);
  if (limit !== undefined) return ask({ limit: Number(limit), offset: start });
  const whole = await ask({ limit: size, offset: start });
  for (let last = whole, at = start; lists(last).some((list) => list.length >= size);) {
    at += size;
    last = await ask({ limit: size, offset: at });
    const more = lists(last);
    lists(whole).forEach((list, n) => {
      for (const item of more[n]!) list.push(item);
    });
  }
  return whole;
}
