import type { Policy, PolicyRule } from './policy';
import { parseMoment, quoted } from './yaml/attributes';

type Given = Readonly<Record<string, unknown>>;

/** A policy that came with the question, or why it is none, in Greenwave's words. */
export function onDemandPolicy(body: Given): Policy | string {
  try {
    return {
      id: typeof body['id'] === 'string' ? body['id'] : 'on-demand-policy',
      productVersions: [String(body['product_version'])],
      contexts: ['on-demand-policy'],
      subjectTypes: [],
      rules: rulesIn(body['rules']),
      packages: textsIn(body, 'packages'),
      excludedPackages: textsIn(body, 'excluded_packages'),
      source: null,
    };
  } catch (thrown) {
    if (!(thrown instanceof Unfit)) throw thrown;
    return `Failed to parse on demand policy: ${thrown.message}`;
  }
}

class Unfit extends Error {}

const mostRules = 1000;

function rulesIn(given: unknown): readonly PolicyRule[] {
  if (!Array.isArray(given)) throw new Unfit("Attribute 'rules': Expected list of Rule objects");
  if (given.length > mostRules) throw new Unfit(`Attribute 'rules': has more than ${mostRules} rules`);
  return given.map((one: unknown) => {
    try {
      return ruleIn(one);
    } catch (thrown) {
      throw thrown instanceof Unfit ? new Unfit(`Attribute 'rules': ${thrown.message}`) : thrown;
    }
  });
}

function ruleIn(one: unknown): PolicyRule {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) throw new Unfit('Expected list of Rule objects');
  const rule = one as Given;
  const type = rule['type'];
  if (!type) throw new Unfit("Key 'type' is required for each list item");
  if (type === 'RemoteRule') {
    const required = rule['required'] ?? false;
    if (typeof required !== 'boolean') {
      throw new Unfit(`Attribute 'required': Expected a boolean value, got: ${textOf(required)}`);
    }
    return { kind: 'RemoteRule', sources: textsIn(rule, 'sources'), required };
  }
  if (type !== 'PassingTestCaseRule') {
    throw new Unfit(`Key 'type' for an list item is not valid: ${textOf(type)}`);
  }
  const testcase = rule['test_case_name'];
  if (testcase === undefined || testcase === null) throw new Unfit("Attribute 'test_case_name' is required");
  const scenario = rule['scenario'] ?? null;
  return {
    kind: 'PassingTestCaseRule',
    testcase: textOf(testcase),
    scenario: scenario === null ? null : textOf(scenario),
    validSince: momentIn(rule, 'valid_since'),
    validUntil: momentIn(rule, 'valid_until'),
  };
}

function momentIn(rule: Given, key: string): string | null {
  const given = rule[key] ?? null;
  if (given === null) return null;
  const moment = parseMoment(textOf(given));
  if (moment !== null) return moment;
  throw new Unfit(`Attribute ${quoted(key)}: Could not parse string as date/time, got: ${textOf(given)}`);
}

function textsIn(given: Given, key: string): readonly string[] {
  const value = given[key] ?? [];
  if (Array.isArray(value) && value.length <= mostRules && value.every((one) => typeof one === 'string')) return value;
  throw new Unfit(`Attribute ${quoted(key)}: Expected list of str objects`);
}

function textOf(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 2048);
}
