import type { PolicyProblem } from './policy';
import { genericSubjectType, type SubjectType, type VersionMatch, type WrittenAs } from './subject-type';
import { asBoolean, asText, asTexts, Attributes, itemsOf, quoted } from './yaml/attributes';
import { readEach } from './yaml/read-each';
import { NotReadable, type Written } from './yaml/tagged-documents';

export interface ReadSubjectTypes {
  readonly types: readonly SubjectType[];
  readonly problems: readonly PolicyProblem[];
}

/** Reads a file of Greenwave's subject types (`--- !SubjectType`). */
export function readSubjectTypes(text: string): ReadSubjectTypes {
  const { items, problems } = readEach(text, readSubjectType);
  return { types: items, problems };
}

function readSubjectType(node: Written): SubjectType {
  if (node.tag !== '' && node.tag !== '!SubjectType') throw new NotReadable('Missing !SubjectType tag', node.line);
  if (node.kind !== 'map') throw new NotReadable('Expected mapping for !SubjectType tagged object', node.line);
  let label = 'SubjectType None';
  const attributes = new Attributes(node, () => label);
  const id = attributes.required('id', asText);
  label = `SubjectType ${quoted(id)}`;
  const isKojiBuild = attributes.optional('is_koji_build', asBoolean, false);
  return {
    ...genericSubjectType(id),
    aliases: attributes.optional('aliases', asTexts, []),
    itemKey: attributes.optional('item_key', asText, null),
    isKojiBuild,
    isNvr: attributes.optional('is_nvr', asBoolean, isKojiBuild),
    ignoreMissingPolicy: attributes.optional('ignore_missing_policy', asBoolean, false),
    productVersionMatch: attributes.optional('product_version_match', asVersionMatches, []),
    productVersionFromKojiBuildTarget: attributes.optional(
      'product_version_from_koji_build_target',
      asVersionMatches,
      [],
    ),
    productVersion: attributes.optional('product_version', asText, null),
    itemDict: attributes.optional('item_dict', asWrittenAs, null),
    resultQueries: attributes.optional('result_queries', (list) => itemsOf(list).map(asWrittenAs), []),
  };
}

function asVersionMatches(node: Written): readonly VersionMatch[] {
  return itemsOf(node).map((item) => {
    const attributes = new Attributes(asMap(item), () => 'match');
    return {
      match: attributes.required('match', asText),
      productVersion: attributes.required('product_version', asText),
    };
  });
}

function asWrittenAs(node: Written): WrittenAs {
  const attributes = new Attributes(asMap(node), () => 'keys');
  const keys = attributes.optional(
    'keys',
    (given) => Object.fromEntries(asMap(given).members.map(({ key, value }) => [key, asText(value)])),
    {},
  );
  return { itemKey: attributes.optional('item_key', asText, null), keys };
}

function asMap(node: Written): Extract<Written, { kind: 'map' }> {
  if (node.kind === 'map' && node.tag === '') return node;
  throw new NotReadable('Expected a dict value', node.line);
}
