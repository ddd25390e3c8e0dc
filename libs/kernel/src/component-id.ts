import { AppError } from './app-error';

export const componentTypes = ['rpm', 'module', 'stack', 'container', 'image', 'deb', 'external'] as const;
export type ComponentType = (typeof componentTypes)[number];

/** `type/name[:stream]`, such as `rpm/openssl` or `module/perl:5.28`. */
export type ComponentId = string;

export interface ComponentName {
  readonly type: ComponentType;
  readonly name: string;
  readonly stream?: string;
}

const shape = /^([a-z]+)\/([A-Za-z0-9][A-Za-z0-9._+-]*)(?::([A-Za-z0-9._+-]+))?$/;

export function isComponentId(text: string): boolean {
  const type = shape.exec(text)?.[1];
  return text.length <= 256 && (componentTypes as readonly string[]).includes(type ?? '');
}

export function parseComponentId(id: ComponentId): ComponentName {
  const match = isComponentId(id) ? shape.exec(id) : null;
  if (!match) {
    throw new AppError({
      code: 'component-id-malformed',
      kind: 'invalid',
      message: `'${id.slice(0, 80)}' is not a component id`,
      remedy: `write it as type/name[:stream] with a type of ${componentTypes.join(', ')}, e.g. rpm/openssl`,
    });
  }
  const [, type, name, stream] = match;
  return { type: type as ComponentType, name: name!, ...(stream === undefined ? {} : { stream }) };
}

export function componentTypeOf(id: ComponentId): ComponentType {
  return parseComponentId(id).type;
}

export function componentId(type: ComponentType, name: string, stream?: string): ComponentId {
  return stream === undefined ? `${type}/${name}` : `${type}/${name}:${stream}`;
}
