import { readFileSync } from 'node:fs';
import { AppError } from '@millrace/kernel';
import type { Proof, Webhook, WebhookAdapter } from './adapter';
import { genericAdapter } from './generic/map';
import { webhookAdapters } from './registry';
import { completeRequest } from './testing-farm/ask';

export interface WebhookSettings {
  readonly kind: string;
  readonly secret_file: string;
  readonly proof?: 'signature' | 'token' | undefined;
  readonly mapping_file?: string | undefined;
  readonly api?: string | undefined;
}

/** A webhook as the settings want it, its secret and mapping read. */
export interface ConfiguredWebhook {
  readonly name: string;
  readonly adapter: WebhookAdapter;
  readonly proof: Proof;
  readonly secret: string;
  /** Asks the system for what its message only names. */
  readonly complete: (hook: Webhook) => Promise<Webhook>;
}

export function configuredWebhooks(
  settings: Readonly<Record<string, WebhookSettings>>,
): ReadonlyMap<string, ConfiguredWebhook> {
  return new Map(Object.entries(settings).map(([name, one]) => [name, configured(name, one)]));
}

function configured(name: string, { kind, secret_file, proof, mapping_file, api }: WebhookSettings): ConfiguredWebhook {
  const adapter = kind === 'generic' ? generic(name, mapping_file) : webhookAdapters.find((one) => one.name === kind)!;
  const secret = read(name, 'secret_file', secret_file).trim();
  if (secret.length < 8) throw malformed(name, `secret_file ${secret_file} holds less than 8 characters`);
  const headers = proof === undefined || proof === adapter.proof.kind ? adapter.proof.headers : byKind[proof];
  return {
    name,
    adapter,
    proof: proof === undefined ? adapter.proof : { kind: proof, headers },
    secret,
    complete: (hook) =>
      api !== undefined && kind === 'testing-farm' ? completeRequest(api, hook) : Promise.resolve(hook),
  };
}

const byKind = { signature: ['x-hub-signature-256'], token: ['x-token'] } as const;

function generic(name: string, file: string | undefined): WebhookAdapter {
  if (file === undefined) throw malformed(name, 'is generic and has no mapping_file');
  return genericAdapter(file, read(name, 'mapping_file', file));
}

function read(name: string, member: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw malformed(name, `${member} cannot be read: ${(thrown as Error).message}`);
  }
}

function malformed(name: string, because: string): AppError {
  return new AppError({
    code: 'webhook-misconfigured',
    kind: 'invalid',
    message: `the webhook '${name}' cannot be used: ${because}`,
    remedy: "correct it in the section 'ci-bridge' of millrace.yaml, under webhooks",
  });
}
