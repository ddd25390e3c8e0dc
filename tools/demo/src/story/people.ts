import type { Author } from '../dist-git';

/** Who does what in the story; the release definition has their addresses. */
export const people = {
  agnes: { name: 'Agnes Acker', mail: 'agnes@mill.example' },
  florian: { name: 'Florian Fuller', mail: 'florian@mill.example' },
  quentin: { name: 'Quentin Quarrier', mail: 'quentin@mill.example' },
} as const satisfies Record<string, Author>;
export type Person = keyof typeof people;
