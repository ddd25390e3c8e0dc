import { z } from 'zod';

const text = z.string();
const name = z.string().trim().min(1).max(512);
const optional = text.nullish();
const id = z.union([z.string().min(1).max(512), z.number()]).transform(String);
const flag = z.union([z.boolean(), z.string().transform((word) => word.toLowerCase() === 'true')]).nullish();

/** Name of a test case, or a part of it: it must fit into one test case name together with the others. */
const part = z.string().trim().min(1).max(200);

export const contact = z.object({
  name,
  team: name,
  docs: optional,
  email: optional,
  url: optional,
  irc: optional,
});

export const system = z.object({
  os: optional,
  provider: optional,
  architecture: optional,
  variant: optional,
});

/**
 * The members of a CI message 0.2.x or 1.x that a result is made of; everything else may be there and is left alone.
 * https://pagure.io/fedora-ci/messages
 */
export const ciMessage = z.object({
  version: z.string().regex(/^(0\.2|1)(\.\d+)*$/, 'is no supported version: 0.2.x or 1.x'),
  generated_at: z.string().max(64),
  contact,
  run: z.object({ url: z.string().min(1), log: optional, rebuild: optional }),
  artifact: z.looseObject({ type: name }),
  test: z.object({
    namespace: part,
    type: part,
    category: part,
    docs: optional,
    note: optional,
    scenario: optional,
    result: optional,
  }),
  // Some systems send one object instead of a list of them.
  system: z
    .union([z.array(system), system.transform((one) => [one])])
    .nullish()
    .transform((list) => list?.[0] ?? {}),
  notification: z.object({ recipients: z.array(text).nullish() }).nullish(),
  error: z.object({ reason: optional, issue_url: optional }).nullish(),
});
export type CiMessage = z.infer<typeof ciMessage>;

/** Builds of Koji and Brew, scratch ones too. */
export const buildArtifact = z.object({
  type: name,
  id,
  nvr: name,
  component: name,
  issuer: optional,
  scratch: flag,
  source: optional,
});
export const moduleArtifact = z.object({
  type: name,
  id,
  nsvc: optional,
  name: optional,
  stream: optional,
  version: id.nullish(),
  context: optional,
  issuer: optional,
  nvr: optional,
});
export const composeArtifact = z.object({ type: name, id: name, compose_type: optional, release_type: optional });
export const imageArtifact = z.object({
  type: name,
  repository: name,
  digest: name,
  format: optional,
  pull_ref: optional,
  id: id.nullish(),
  nvr: optional,
  component: optional,
  issuer: optional,
  scratch: flag,
});
export const redhatImageArtifact = z.object({
  type: name,
  id,
  nvr: name,
  build: id.nullish(),
  component: optional,
  issuer: optional,
  scratch: flag,
  full_names: z.array(text).nullish(),
  registry_url: optional,
  tag: optional,
  name: optional,
  namespace: optional,
  source: optional,
});
export const groupArtifact = z.object({
  type: name,
  id: name,
  repository: optional,
  builds: z.array(z.unknown()).nullish(),
});
export const productArtifact = z.object({ type: name, id: id.nullish(), name, version: id, release: id });
export const componentVersionArtifact = z.object({ type: name, component: name, version: id });
export const advisoryArtifact = z.object({ type: name, id });
export const scenarioArtifact = z.object({
  type: name,
  id: id.nullish(),
  products: z.array(z.looseObject({ id })).min(1),
});
