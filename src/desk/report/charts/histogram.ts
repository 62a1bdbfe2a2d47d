import { type Html, html } from '../../../ground/output/html.ts';
import { type Area, chartWidth, type Described, figureOf, place, timeLabels } from './frame.ts';

export interface Histogram extends Described {
  /** Where the first part begins and the last one ends. */
  readonly low: number;
  readonly high: number;
  /** How many values lie in each part, lowest first. */
  readonly counts: readonly number[];
  /** Where the mean lies. */
  readonly mean: number;
  readonly now: string;
}

const height = 96;
const area: Area = { left: 2, right: chartWidth - 2, top: 6, bottom: height - 20 };

/** How often values lie where: a bar for each part, and a line at the mean. */
export const renderHistogram = (chart: Histogram): Html => {
  const { low, high, counts, mean, now } = chart;
  const most = Math.max(1, ...counts);
  const step = (area.right - area.left) / counts.length;
  const edge = (at: number): string => String(Number((low + ((high - low) * at) / counts.length).toFixed(2)));
  const bars = counts.map((count, at) =>
    count === 0
      ? ''
      : `M${place(area.left + at * step + 1)} ${area.bottom}V${place(area.bottom - Math.max(1, (count / most) * (area.bottom - area.top)))}h${place(step - 2)}V${area.bottom}Z`,
  );
  const x = area.left + ((mean - low) / (high - low)) * (area.right - area.left);
  const pointed = counts.map(
    (count, at) =>
      html`<rect class="h" x="${place(area.left + at * step)}" y="${area.top}" width="${place(step)}" height="${area.bottom - area.top}"><title>${edge(at)} to ${edge(at + 1)}: ${count}</title></rect>`,
  );
  return figureOf(
    chart,
    html`<path class="b0" d="${bars.join('')}"/><path class="axis" d="M${area.left} ${area.bottom}H${area.right}"/><path class="limit" d="M${place(x)} ${area.top - 4}V${area.bottom}"/>${timeLabels(
      area,
      [0, counts.length / 2, counts.length].map((at) => ({ x: area.left + at * step, text: edge(at) })),
    )}${pointed}`,
    { now, height },
  );
};
