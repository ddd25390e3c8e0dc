/** One thing that was looked at. `wrong` keeps cascades from running there; `note` is worth knowing. */
export interface KojiFinding {
  readonly what: string;
  readonly verdict: 'right' | 'wrong' | 'note';
  readonly says: string;
  readonly remedy: string | null;
}

export function right(what: string, says: string): KojiFinding {
  return { what, verdict: 'right', says, remedy: null };
}

export function wrong(what: string, says: string, remedy: string): KojiFinding {
  return { what, verdict: 'wrong', says, remedy };
}

export function note(what: string, says: string, remedy: string | null): KojiFinding {
  return { what, verdict: 'note', says, remedy };
}
