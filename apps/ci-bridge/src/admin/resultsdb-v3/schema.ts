import { longestValue } from '../../domain/bounds';
import type { Artifact, Field, FieldKind } from './artifacts';

/** The JSON schema of a POST's body. */
export function schemaOf(artifact: Artifact): object {
  const fields = Object.entries(artifact.fields);
  return {
    title: artifact.model,
    description: artifact.about,
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, field]) => [name, property(name, field)])),
    required: fields.filter(([, field]) => field.required).map(([name]) => name),
  };
}

function property(name: string, { kind, required, about }: Field): object {
  const shape = { ...shapes[kind] };
  const titled = { title: name.replace(/_/g, ' '), description: about };
  return required ? { ...titled, ...shape } : { ...titled, anyOf: [shape, { type: 'null' }] };
}

const shapes: Readonly<Record<FieldKind, object>> = {
  text: { type: 'string', maxLength: longestValue },
  name: { type: 'string', minLength: 1, maxLength: longestValue },
  url: { type: 'string', format: 'uri', maxLength: longestValue },
  email: { type: 'string', format: 'email' },
  integer: { type: 'integer' },
  flag: { type: 'boolean', default: false },
  texts: { type: 'array', items: { type: 'string' } },
};

/** The API's own page: what can be posted where. */
export function documentation(artifacts: readonly Artifact[], base: string): string {
  const origin = new URL(base);
  const path = origin.pathname.replace(/^\/resultsdb/, '');
  const sections = artifacts.map(({ type, about, fields }) => {
    const members = Object.entries(fields).map(
      ([name, field]) =>
        `<section id="results/${type}s/${name}"><b>${name}</b>${field.required ? ' (required)' : ''}: ${field.about}</section>`,
    );
    const anchor = `<a class="anchor-link" href="#results/${type}s">#</a>`;
    const example = `curl --json "$test_result_data" -H "Authorization: Bearer $token" \\\n  ${base}/results/${type}s`;
    return `<h2 id="results/${type}s">POST ${path}/results/${type}s ${anchor}</h2><p>${about}</p>${members.join('\n')}<pre>${example}</pre>`;
  });
  const permissions = `<h2>GET ${path}/permissions</h2><p>Who may post results of which test cases.</p>`;
  return `<!doctype html><html lang="en"><title>Results, API v3</title>${sections.join('\n')}${permissions}</html>`;
}
