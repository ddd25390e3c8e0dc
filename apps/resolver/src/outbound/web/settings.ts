/** How the resolver reaches the web for the repositories that an import names. */
export interface WebSettings {
  /** Address of a proxy; null: none. */
  readonly proxy: string | null;
  /** PEM file with the certificate authorities to trust instead of the system's. */
  readonly caFile: string | null;
  /** Longest silence that is borne, in milliseconds. */
  readonly silenceMs: number;
  /** Longest time for one file, in milliseconds. */
  readonly fileMs: number;
}

export const webSettings: WebSettings = { proxy: null, caFile: null, silenceMs: 60_000, fileMs: 30 * 60_000 };
