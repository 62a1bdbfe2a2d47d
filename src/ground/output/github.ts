import { githubData, githubProperty } from './escape.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  /** Where it is shown in a change; absent: at the run as a whole. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** A GitHub workflow command that puts an annotation on the run, or on a line of a file. */
export const renderAnnotation = ({ level, title, message, place }: Annotation): string => {
  const where = place === undefined ? '' : `file=${githubProperty(place.file)},line=${place.line},col=${place.column},`;
  return `::${level} ${where}title=${githubProperty(title)}::${githubData(message)}`;
};
