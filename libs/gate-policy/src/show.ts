import type { Policy, PolicyRule } from './policy';
import type { SubjectType, VersionMatch, WrittenAs } from './subject-type';

/** A policy as Greenwave's `GET /policies` shows it. */
export function showPolicy(policy: Policy) {
  const [context = null] = policy.contexts;
  const [type = null] = policy.subjectTypes;
  return {
    id: policy.id,
    product_versions: policy.productVersions,
    decision_context: policy.contexts.length === 1 ? context : null,
    decision_contexts: policy.contexts.length === 1 ? [] : policy.contexts,
    subject_type: policy.subjectTypes.length === 1 ? type : null,
    subject_types: policy.subjectTypes.length === 1 ? [] : policy.subjectTypes,
    rules: policy.rules.map(showRule),
    excluded_packages: policy.excludedPackages,
    packages: policy.packages,
    relevance_key: null,
    relevance_value: null,
  };
}

function showRule(rule: PolicyRule) {
  return rule.kind === 'RemoteRule'
    ? { rule: rule.kind, required: rule.required, sources: rule.sources }
    : { rule: rule.kind, test_case_name: rule.testcase, scenario: rule.scenario };
}

/** A subject type as Greenwave's `GET /subject_types` shows it. */
export function showSubjectType(type: SubjectType) {
  return {
    id: type.id,
    aliases: type.aliases,
    item_key: type.itemKey,
    is_koji_build: type.isKojiBuild,
    is_nvr: type.isNvr,
    ignore_missing_policy: type.ignoreMissingPolicy,
    product_version_match: type.productVersionMatch.map(showMatch),
    product_version_from_koji_build_target: type.productVersionFromKojiBuildTarget.map(showMatch),
    product_version: type.productVersion,
    item_dict: type.itemDict === null ? {} : showWritten(type.itemDict),
    result_queries: type.resultQueries.map(showWritten),
  };
}

function showMatch({ match, productVersion }: VersionMatch) {
  return { match, product_version: productVersion };
}

function showWritten({ itemKey, keys }: WrittenAs) {
  return {
    ...(itemKey === null ? {} : { item_key: itemKey }),
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
  };
}
