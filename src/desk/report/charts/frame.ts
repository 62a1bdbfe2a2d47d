import { scaleLinear } from 'd3-scale';
import { type Html, html } from '../../../ground/output/html.ts';

/** Where a chart draws, in units of its view box. All charts are as wide as a phone shows them, so that their letters are as large everywhere. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The view box of a chart. */
export const chartWidth = 360;
export const chartHeight = 150;

/** A coordinate with as many digits as can be seen. */
export const place = (value: number): number => Math.round(value * 10) / 10;

export interface Described {
  /** Unique in its page. */
  readonly id: string;
  /** What is shown. */
  readonly title: string;
  /** What it is counted in. */
  readonly unit: string;
  /** What there is to see, in a sentence, for who cannot see it. */
  readonly description: string;
}

/** A figure with its caption, and its drawing under a name and a description. `after` stands below it: a legend, a table. */
export const figureOf = (
  { id, title, unit, description }: Described,
  drawing: Html,
  { now = '', height = chartHeight, after = null }: { readonly now?: string; readonly height?: number; readonly after?: Html | null } = {},
): Html => html`<figure>
<figcaption><b>${title}</b> <span class="soft">${unit}</span>${now === '' ? null : html`<output>${now}</output>`}</figcaption>
<svg role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${chartWidth} ${height}"><title id="${id}-t">${title}, ${unit}</title><desc id="${id}-d">${description}</desc>
${drawing}</svg>${after}
</figure>
`;

/** A scale from values to heights that begins at `low`, ends at a round number above `high`, or at `high` itself where that is exact, and knows its ticks. */
export const heightScale = ({ top, bottom }: Area, low: number, high: number, isExact = false) => {
  const linear = scaleLinear([low, high > low ? high : low + 1], [bottom, top]);
  const scale = isExact ? linear : linear.nice(3);
  return { at: (value: number): number => scale(value), ticks: scale.ticks(3) };
};

export type HeightScale = ReturnType<typeof heightScale>;

/** Lines at the ticks of a scale, with what they stand for at their left. */
export const grid = ({ left, right }: Area, { at, ticks }: HeightScale, write: (value: number) => string): Html =>
  html`<path class="grid" d="${ticks.map((tick) => `M${left} ${place(at(tick))}H${right}`).join('')}"/>${ticks.map(
    (tick) => html`<text class="e" x="${left - 5}" y="${place(at(tick) + 3.5)}">${write(tick)}</text>`,
  )}`;

/** Texts below the axis; the outer ones are kept inside. */
export const timeLabels = ({ bottom }: Area, labels: readonly { readonly x: number; readonly text: string }[]): Html =>
  html`${labels.map(
    ({ x, text }, at) =>
      html`<text class="${at === 0 ? 's' : at === labels.length - 1 ? 'e' : 'm'}" x="${place(x)}" y="${bottom + 14}">${text}</text>`,
  )}`;
