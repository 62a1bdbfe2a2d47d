import { type Html, html } from '../../../ground/output/html.ts';

/** What the colours of a chart stand for. */
export const renderLegend = (series: readonly { readonly name: string; readonly colour: number }[]): Html =>
  html`<ul class="legend">${series.map(
    ({ name, colour }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="b${colour}" width="10" height="10"/></svg>${name}</li>`,
  )}</ul>`;
