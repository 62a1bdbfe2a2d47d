import type { Json } from '../../../ground/json.ts';

const placeholder = /\{\{-?([^{}]*?)-?\}\}/g;
const plainName = /^\s*[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)*\s*$/u;

/** Whether a template of Nunjucks does no more than name variables. */
export const isPlainTemplate = (text: string): boolean => whyNotPlainText(text) === null;

/** Why a value holds a template that has no counterpart; null where it holds none. */
export const whyNotPlain = (value: Json): string | null => {
  if (typeof value === 'string') return whyNotPlainText(value);
  if (typeof value !== 'object' || value === null) return null;
  for (const child of Object.values(value)) {
    const why = whyNotPlain(child);
    if (why !== null) return why;
  }
  return null;
};

const whyNotPlainText = (text: string): string | null => {
  const code = /\{%.*?%\}|\{#.*?#\}/s.exec(text)?.[0];
  if (code !== undefined) return `its template holds code: ${shortened(code)}`;
  for (const [whole, inside = ''] of text.matchAll(placeholder)) {
    if (/^\s*env\./.test(inside)) return `its template reads the environment: ${whole}`;
    if (!plainName.test(inside)) return `its template holds code: ${shortened(whole)}`;
  }
  return text.replace(placeholder, '').includes('{{') ? 'its template is not closed' : null;
};

const shortened = (text: string): string => (text.length <= 40 ? text : `${text.slice(0, 39)}…`);

/** Names of the variables that a value mentions, without what stands behind a dot. */
export const namesIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [...value.matchAll(placeholder)].map(([, inside = '']) => inside.trim().split('.')[0] ?? '');
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((child: Json) => namesIn(child)) : [];
};
