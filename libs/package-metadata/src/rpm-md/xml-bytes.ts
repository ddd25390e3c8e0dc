/** The characters that XML is made of. */
export const marks = {
  exclamation: 33,
  doubleQuote: 34,
  ampersand: 38,
  singleQuote: 39,
  slash: 47,
  semicolon: 59,
  less: 60,
  equals: 61,
  greater: 62,
  question: 63,
} as const;
