/** How to log in. A certificate (PEM files) or a Kerberos ticket is shown to `<hub>/ssllogin`. */
export type KojiLogin =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'certificate'; readonly certFile: string; readonly keyFile: string; readonly proxyUser?: string }
  | { readonly kind: 'kerberos'; readonly service?: string; readonly proxyUser?: string };

export interface KojiOptions {
  /** The hub's address, e.g. `https://koji.example.org/kojihub`. */
  readonly url: string;
  /** Left out: reads only. */
  readonly login?: KojiLogin;
  /** PEM file with the certificate authorities to trust instead of the system's. */
  readonly caFile?: string;
  readonly proxy?: string;
  readonly userAgent?: string;
  /**
   * Longest silence of the hub that is borne, in milliseconds; over 10 s, since a hub with a dead message bus needs
   * 3 s and more for each write. Default 120,000.
   */
  readonly timeoutMs?: number;
  readonly pace?: Partial<RetryPace>;
}

/** Koji's own client tries 30 times, 20 s apart. */
export interface RetryPace {
  readonly tries: number;
  readonly intervalMs: number;
}

export const defaultPace: RetryPace = { tries: 30, intervalMs: 20_000 };
export const defaultTimeoutMs = 120_000;
export const leastTimeoutMs = 10_001;
