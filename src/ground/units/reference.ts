/** `${…}`, or `$${`, which stands for a plain `${`. As in Compose files. */
export const referencePattern = /\$\$\{|\$\{([^}]*)\}/g;

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}` or `${file:path}`. */
export interface Reference {
  readonly kind: 'variable' | 'file';
  readonly name: string;
  readonly fallback: string | null;
  readonly complaint: string | null;
}

/** Reads the inside of `${…}`; null where it is not a reference. */
export const parseReference = (inside: string): Reference | null => {
  if (inside.startsWith('file:')) {
    const name = inside.slice(5).trim();
    return name === '' ? null : { kind: 'file', name, fallback: null, complaint: null };
  }
  const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::([-?])([\s\S]*))?$/.exec(inside);
  if (!parts) return null;
  const [, name = '', sign, rest = ''] = parts;
  return { kind: 'variable', name, fallback: sign === '-' ? rest : null, complaint: sign === '?' ? rest : null };
};
