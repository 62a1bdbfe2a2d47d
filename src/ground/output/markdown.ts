import { markdownText } from './escape.ts';

export interface MarkdownColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table in GitHub-flavoured Markdown; cells hold raw text. */
export const renderMarkdownTable = (columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${columns.map(({ title }) => title).join(' | ')} |`,
    `|${columns.map(({ align }) => (align === 'right' ? ' --: |' : ' --- |')).join('')}`,
    ...rows.map((row) => `| ${columns.map((_, at) => markdownText(row[at] ?? '')).join(' | ')} |`),
  ].join('\n');
