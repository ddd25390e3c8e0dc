import type { z } from 'zod';
import { dataOf } from '../../domain/bounds';
import {
  advisoryArtifact,
  buildArtifact,
  componentVersionArtifact,
  composeArtifact,
  groupArtifact,
  imageArtifact,
  moduleArtifact,
  productArtifact,
  redhatImageArtifact,
  scenarioArtifact,
  type CiMessage,
} from './schema';

type Data = Record<string, readonly string[]>;
type ToData = (artifact: unknown, message: CiMessage) => Data;

/** How an artifact of a type becomes the data of a result; null for a type that nobody described. */
export function artifactMapper(type: string): ToData | null {
  return mappers[type] ?? null;
}

function mapper<S extends z.ZodType>(schema: S, toData: (artifact: z.output<S>, message: CiMessage) => Data): ToData {
  return (artifact, message) => toData(schema.parse(artifact), message);
}

/** What every build-like artifact carries of the run. */
function runData({ run, test, system }: CiMessage): Record<string, unknown> {
  return {
    category: test.category,
    rebuild: run.rebuild,
    log: run.log,
    system_os: system.os,
    system_provider: system.provider,
    system_architecture: system.architecture,
    system_variant: system.variant,
  };
}

function build(type: string): ToData {
  return mapper(buildArtifact, (artifact, message) =>
    dataOf({
      item: artifact.nvr,
      type: artifact.scratch ? `${type}_scratch` : type,
      brew_task_id: artifact.id,
      component: artifact.component,
      scratch: artifact.scratch ?? false,
      issuer: artifact.issuer,
      source: artifact.source,
      ...runData(message),
    }),
  );
}

const moduleBuild = mapper(moduleArtifact, (artifact, message) => {
  const [name, stream, version, context] = artifact.nsvc?.split(':') ?? [];
  const parts = {
    name: artifact.name ?? name,
    stream: artifact.stream ?? stream,
    version: artifact.version ?? version,
    context: artifact.context ?? context,
  };
  // A build's name has its dashes between the parts alone.
  const item = `${parts.name}-${(parts.stream ?? '').replaceAll('-', '_')}-${parts.version}.${parts.context}`;
  return dataOf({
    item,
    type: 'redhat-module',
    mbs_id: artifact.id,
    ...parts,
    nsvc: artifact.nsvc,
    nvr: artifact.nvr,
    issuer: artifact.issuer,
    ...runData(message),
  });
});

const compose = mapper(composeArtifact, (artifact, { system, test, run }) =>
  dataOf({
    item: `${artifact.id}/${system.variant || 'unknown'}/${system.architecture ?? 'unknown'}`,
    type: 'productmd-compose',
    'productmd.compose.id': artifact.id,
    compose_type: artifact.compose_type,
    release_type: artifact.release_type,
    category: test.category,
    log: run.log,
    system_provider: system.provider,
    system_architecture: system.architecture,
    system_variant: system.variant,
  }),
);

const containerImage = mapper(imageArtifact, ({ repository, digest, ...rest }, message) =>
  dataOf({ item: `${repository}@${digest}`, repository, digest, ...rest, ...runData(message) }),
);

const redhatContainerImage = mapper(redhatImageArtifact, ({ id, scratch, ...rest }, message) =>
  dataOf({
    item: id,
    id,
    ...rest,
    type: scratch ? 'redhat-container-image_scratch' : 'redhat-container-image',
    scratch: scratch ?? false,
    ...runData(message),
  }),
);

function group(type: string): ToData {
  return mapper(groupArtifact, (artifact, message) =>
    dataOf({
      item: artifact.id,
      type,
      repository: artifact.repository,
      builds: artifact.builds,
      ...runData(message),
    }),
  );
}

const productBuild = mapper(productArtifact, ({ name, version, release, type, id }, message) =>
  dataOf({ item: `${name}-${version}-${release}`, type, id, name, version, release, ...runData(message) }),
);

const componentVersion = mapper(componentVersionArtifact, ({ component, version, type }, message) =>
  dataOf({ item: `${component}-${version}`, type, component, version, ...runData(message) }),
);

const advisory = mapper(advisoryArtifact, ({ id, type }, message) => dataOf({ item: id, type, ...runData(message) }));

const productScenario = mapper(scenarioArtifact, ({ products, type, id }, message) =>
  dataOf({ item: products.map((product) => product.id), type, id, ...runData(message) }),
);

/** By the message's artifact type. `koji_build` is how Fedora's ResultsDB and Greenwave call Koji's builds. */
const mappers: Readonly<Record<string, ToData>> = {
  'koji-build': build('koji_build'),
  'brew-build': build('brew-build'),
  'redhat-module': moduleBuild,
  'fedora-module': moduleBuild,
  'productmd-compose': compose,
  'container-image': containerImage,
  'redhat-container-image': redhatContainerImage,
  'koji-build-group': group('koji-build-group'),
  'brew-build-group': group('brew-build-group'),
  'product-build': productBuild,
  'component-version': componentVersion,
  'redhat-advisory': advisory,
  'product-scenario': productScenario,
};
export const artifactTypes: readonly string[] = Object.keys(mappers);
