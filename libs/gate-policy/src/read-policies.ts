import type { Policy, PolicyProblem, PolicyRule, PolicyWarning } from './policy';
import { asBoolean, asMoment, asText, asTexts, Attributes, itemsOf, quoted } from './yaml/attributes';
import { readEach } from './yaml/read-each';
import { NotReadable, type Written } from './yaml/tagged-documents';

export interface ReadPolicies {
  readonly policies: readonly Policy[];
  /** What is wrong, in Greenwave's words, the first of each document; when there is anything, nothing may be used. */
  readonly problems: readonly PolicyProblem[];
  readonly warnings: readonly PolicyWarning[];
}

/**
 * Reads a policy file of Greenwave (`--- !Policy`, several documents).
 *
 * Format: https://gating-greenwave.readthedocs.io/en/latest/policies.html
 */
export function readPolicies(text: string): ReadPolicies {
  return readAll(text, (node, warn) => readPolicy(node, null, warn));
}

/** Reads a `gating.yaml`: the tag, the id and most attributes may be left out; remote rules are not allowed in it. */
export function readRemotePolicies(text: string, source: string | null): ReadPolicies {
  return readAll(text, (node, warn) => readPolicy(node, { source }, warn));
}

type Warn = (warning: PolicyWarning) => void;

function readAll(text: string, read: (node: Written, warn: Warn) => Policy): ReadPolicies {
  const warnings: PolicyWarning[] = [];
  const { items, problems } = readEach(text, (node) => read(node, (warning) => warnings.push(warning)));
  return { policies: items, problems, warnings };
}

const attributeNames = [
  ...['id', 'product_versions', 'decision_context', 'decision_contexts', 'subject_type', 'subject_types', 'rules'],
  ...['excluded_packages', 'packages', 'relevance_key', 'relevance_value'],
];

function readPolicy(node: Written, remote: { readonly source: string | null } | null, warn: Warn): Policy {
  if (node.tag !== '' && node.tag !== '!Policy') throw new NotReadable('Missing !Policy tag', node.line);
  if (node.kind !== 'map') throw new NotReadable('Expected mapping for !Policy tagged object', node.line);
  let id: string | null = null;
  const attributes = new Attributes(node, () => `Policy ${quoted(id ?? 'untitled')}`);
  id = remote ? attributes.optional('id', asText, null) : attributes.required('id', asText);
  const productVersions = remote
    ? attributes.optional('product_versions', asTexts, ['*'])
    : attributes.required('product_versions', asTexts);
  const contexts = oneOrMany(attributes, 'decision_context');
  const subjectTypes = oneOrMany(attributes, 'subject_type');
  const rules = attributes.required('rules', readRules);
  const excludedPackages = attributes.optional('excluded_packages', asTexts, []);
  const packages = attributes.optional('packages', asTexts, []);
  if (contexts.length === 0) attributes.refuse('No decision contexts provided');
  if (subjectTypes.length === 0 && !remote) attributes.refuse('No subject types provided');
  if (remote && rules.some((rule) => rule.kind === 'RemoteRule')) {
    attributes.refuse('RemoteRule is not allowed in remote policies');
  }
  for (const { key, line } of attributes.others(attributeNames)) {
    warn({ key, line, message: `Policy ${quoted(id ?? 'untitled')}: ${quoted(key)} means nothing here` });
  }
  const source = remote?.source ?? null;
  return { id, productVersions, contexts, subjectTypes, rules, packages, excludedPackages, source };
}

function oneOrMany(attributes: Attributes, name: string): readonly string[] {
  const one = attributes.optional(name, asText, null);
  const many = attributes.optional(`${name}s`, asTexts, []);
  if (one !== null && many.length > 0) attributes.refuse(`Both properties "${name}s" and "${name}" were set`);
  return one === null ? many : [one];
}

function readRules(node: Written): readonly PolicyRule[] {
  return itemsOf(node).map(readRule);
}

const obsolete: readonly string[] = ['!PackageSpecificBuild', '!FedoraAtomicCi'];

function readRule(node: Written): PolicyRule {
  if (obsolete.includes(node.tag)) {
    const advice = 'Please use the "packages" allowlist instead.';
    throw new NotReadable(`${node.tag} is obsolete. ${advice}`, node.line);
  }
  if (node.tag === '') throw new NotReadable('Expected list of Rule objects', node.line);
  if (node.tag !== '!PassingTestCaseRule' && node.tag !== '!RemoteRule') {
    throw new NotReadable(`could not determine a constructor for the tag ${quoted(node.tag)}`, node.line);
  }
  if (node.kind !== 'map') throw new NotReadable(`Expected mapping for ${node.tag} tagged object`, node.line);
  const attributes = new Attributes(node, () => `YAML object ${node.tag}`);
  if (node.tag === '!RemoteRule') {
    return {
      kind: 'RemoteRule',
      sources: attributes.optional('sources', asTexts, []),
      required: attributes.optional('required', asBoolean, false),
    };
  }
  return {
    kind: 'PassingTestCaseRule',
    testcase: attributes.required('test_case_name', asText),
    scenario: attributes.optional('scenario', asText, null),
    validSince: attributes.optional('valid_since', asMoment, null),
    validUntil: attributes.optional('valid_until', asMoment, null),
  };
}
