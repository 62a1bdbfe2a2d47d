/** The names that a file of `NAME=value` lines sets, in their order. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/gm)].map(([, name = '']) => name);
