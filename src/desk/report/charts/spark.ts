import { type Html, html } from '../../../ground/output/html.ts';
import { place } from './frame.ts';

const [width, height] = [88, 20];

/** A row of values as small bars, for a cell of a table: the cell beside it says the sum. Nothing where there is none. */
export const renderSpark = (values: readonly number[]): Html => {
  const most = Math.max(...values);
  if (values.length === 0 || most <= 0) return html``;
  const step = width / values.length;
  const bars = values.map((value, at) =>
    value <= 0
      ? ''
      : `M${place(at * step)} ${height}V${place(height - Math.max(1, (value / most) * height))}h${place(step * 0.8)}V${height}Z`,
  );
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" aria-hidden="true"><path d="${bars.join('')}"/></svg>`;
};

/** A share of a whole as a bar, for a cell of a table. @param colour see `page-style` */
export const renderShareBar = (share: number, colour = 0): Html =>
  html`<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="b${colour}" width="${place(Math.max(0, Math.min(1, share)) * 100)}" height="8"/></svg>`;
