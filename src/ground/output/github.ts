import { githubData, githubProperty } from './escape.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** A GitHub workflow command that puts an annotation on the run. */
export const renderAnnotation = ({ level, title, message }: Annotation): string =>
  `::${level} title=${githubProperty(title)}::${githubData(message)}`;
