import { AppError } from '@millrace/kernel';

interface KerberosClient {
  step(challenge: string): Promise<string>;
}

interface KerberosPackage {
  initializeClient(service: string, options: object): Promise<KerberosClient>;
}

/**
 * The `Authorization` header of SPNEGO for the hub (RFC 4559), from the ticket in the process's credential cache.
 *
 * @throws AppError `kerberos-not-installed` (invalid), `kerberos-no-ticket` (forbidden)
 */
export async function negotiateHeader(url: string, service?: string): Promise<string> {
  const kerberos = await loadKerberos('kerberos');
  try {
    const client = await kerberos.initializeClient(service ?? `HTTP@${new URL(url).hostname}`, {});
    return `Negotiate ${await client.step('')}`;
  } catch (cause) {
    throw new AppError({
      code: 'kerberos-no-ticket',
      kind: 'forbidden',
      message: `no Kerberos ticket for ${url}`,
      remedy: 'run kinit as the user of the service, or set KRB5_CLIENT_KTNAME to its keytab',
      cause,
    });
  }
}

/** The package is native code that not everybody needs, so it is no dependency and is looked for when asked for. */
async function loadKerberos(name: string): Promise<KerberosPackage> {
  try {
    const loaded = (await import(name)) as { default?: KerberosPackage } & KerberosPackage;
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new AppError({
      code: 'kerberos-not-installed',
      kind: 'invalid',
      message: 'Kerberos log-in is configured, and the npm package kerberos is not installed',
      remedy: 'run `npm install --no-save kerberos` beside Millrace, or configure a certificate or a password',
      cause,
    });
  }
}
