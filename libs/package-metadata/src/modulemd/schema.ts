import {
  all,
  anything,
  count,
  day,
  keys,
  listOf,
  mapOf,
  matching,
  minute,
  order,
  text,
  texts,
  truth,
  type Check,
} from './checks';
import { list, record, texts as textsOf, text as textOf, type YamlValue } from './yaml-values';

/** Name, epoch, version, release and architecture, all there. */
const nevra = matching(/^.+-\d+:[^-]+-[^-]+\.[^.-]+$/, 'N-E:V-R.A');
const packages = keys({ rpms: texts() });
const references = keys({ community: text, documentation: text, tracker: text });
const profiles = mapOf(keys({ description: text, rpms: texts(), default: truth }));
const buildOptions = keys({ rpms: keys({ macros: text, whitelist: texts() }), arches: texts() });
const serviceLevels = mapOf(keys({ eol: day }));

const rpmComponent = keys({
  ...{ rationale: text, name: text, repository: text, cache: text, ref: text, arches: texts(), multilib: texts() },
  ...{ buildonly: truth, buildroot: truth, 'srpm-buildroot': truth, buildorder: order, buildafter: texts() },
});
const moduleComponent = keys({ rationale: text, name: text, repository: text, ref: text, buildorder: order });
const components = all(keys({ rpms: mapOf(rpmComponent), modules: mapOf(moduleComponent) }), (value, path) =>
  mixedOrders(value, path),
);

/** One sign for all streams of a module: either those that will do, or those that will not. */
const streams: Check = (value, path) => {
  const negative = textsOf(value).filter((stream) => stream.startsWith('-')).length;
  return negative === 0 || negative === textsOf(value).length
    ? null
    : `${path} mixes streams with streams to leave out`;
};
const streamNeeds = mapOf(all(texts(), streams));

const described = {
  summary: text,
  description: text,
  references,
  profiles,
  api: packages,
  filter: packages,
};
const license = all(keys({ module: texts(), content: texts() }), (value, path) =>
  textsOf(record(value)['module']).length > 0 ? null : `${path} names no licence of the module`,
);
const identity = { name: text, stream: text, version: count, context: text, arch: text };
const toldBy = ['summary', 'description', 'license'];
const artifacts = keys({ rpms: texts(nevra), 'rpm-map': mapOf(mapOf(anything)) });
const dependencies = listOf(keys({ buildrequires: streamNeeds, requires: streamNeeds }));

const streamV1 = keys(
  {
    ...described,
    ...{
      ...identity,
      xmd: anything,
      license,
      eol: day,
      components,
      artifacts,
      buildopts: buildOptions,
      servicelevels: serviceLevels,
    },
    dependencies: keys({ buildrequires: mapOf(text), requires: mapOf(text) }),
  },
  toldBy,
);
const streamV2 = keys(
  {
    ...described,
    ...{ ...identity, xmd: anything, license, dependencies, artifacts, static_context: truth, demodularized: packages },
    ...{ components: all(components, knownSiblings), buildopts: buildOptions, servicelevels: serviceLevels },
  },
  toldBy,
);
const packagerV2 = keys(
  {
    ...described,
    ...{ license, dependencies, static_context: truth, demodularized: packages },
    components: all(components, knownSiblings),
  },
  toldBy,
);
const configuration = keys(
  {
    context: all(matching(/^[A-Za-z0-9]+$/, 'letters and digits'), matching(/^.{1,10}$/, 'at most 10 letters')),
    ...{ platform: text, buildopts: buildOptions },
    ...{ buildrequires: mapOf(oneStream), requires: mapOf(oneStream) },
  },
  ['context', 'platform'],
);
const packagerV3 = keys({
  ...described,
  ...{ name: text, stream: text, xmd: anything, license: texts(), components, demodularized: packages },
  configurations: all(listOf(configuration), ownContexts),
});

const defaultsV1 = keys({
  ...{ module: text, stream: text, modified: count, profiles: mapOf(texts()) },
  intents: mapOf(keys({ stream: text, profiles: mapOf(texts()) })),
});
const obsoletesV1 = all(
  keys(
    {
      ...{ modified: minute, reset: truth, module: text, stream: text, context: text, eol_date: minute, message: text },
      obsoleted_by: mapOf(text),
    },
    ['modified', 'module', 'stream', 'message'],
  ),
  oneSuccessor,
);
const translationsV1 = keys(
  {
    ...{ module: text, stream: text, modified: count },
    translations: mapOf(keys({ summary: text, description: text, profiles: mapOf(text) })),
  },
  ['module', 'stream', 'modified'],
);

/** What the `data` of each kind and version of document may hold; what libmodulemd 2.14 takes in its strict mode. */
export const documentSchemas: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  modulemd: { 1: streamV1, 2: streamV2 },
  'modulemd-stream': { 1: streamV1, 2: streamV2 },
  'modulemd-packager': { 2: packagerV2, 3: packagerV3 },
  'modulemd-defaults': { 1: defaultsV1 },
  'modulemd-obsoletes': { 1: obsoletesV1 },
  'modulemd-translations': { 1: translationsV1 },
};

function mixedOrders(value: YamlValue, path: string): string | null {
  const rpms = Object.values(record(record(value)['rpms'])).map(record);
  const after = rpms.some((one) => textsOf(one['buildafter']).length > 0);
  const ordered = rpms.some((one) => !['', '0'].includes(textOf(one['buildorder'])));
  return after && ordered ? `${path} mixes buildorder and buildafter` : null;
}

function knownSiblings(value: YamlValue, path: string): string | null {
  const rpms = record(record(value)['rpms']);
  for (const [name, one] of Object.entries(rpms)) {
    const unknown = textsOf(record(one)['buildafter']).find((sibling) => !Object.hasOwn(rpms, sibling));
    if (unknown !== undefined) return `${path}.rpms.${name}.buildafter names '${unknown}', which is no component`;
  }
  return null;
}

function oneStream(value: YamlValue, path: string): string | null {
  return textsOf(value).length === 1 && texts()(value, path) === null ? null : `${path} is not a single stream`;
}

function ownContexts(value: YamlValue, path: string): string | null {
  const contexts = list(value).map((one) => textOf(record(one)['context']));
  const twice = contexts.find((context, n) => contexts.indexOf(context) !== n);
  return twice === undefined ? null : `${path} has the context '${twice}' twice`;
}

function oneSuccessor(value: YamlValue, path: string): string | null {
  const { obsoleted_by: successor, reset } = record(value) as Readonly<Record<string, YamlValue | undefined>>;
  if (successor === undefined) return null;
  const by = record(successor);
  if (textOf(by['module']) === '' || textOf(by['stream']) === '')
    return `${path}.obsoleted_by has no module or no stream`;
  return reset === 'true' ? `${path} has both reset and obsoleted_by` : null;
}
