import { area, line } from 'd3-shape';
import { type Html, html } from '../../../ground/output/html.ts';
import {
  type Area,
  chartHeight,
  chartWidth,
  type Described,
  figureOf,
  grid,
  type HeightScale,
  heightScale,
  place,
  timeLabels,
} from './frame.ts';

/** One row of values over time. */
export interface Series {
  readonly name: string;
  /** One for each bucket; null: not known there, and drawn as a gap. */
  readonly values: readonly (number | null)[];
  /** Which of the colours of the page it has, from 0; see `page-style`. */
  readonly colour: number;
}

/** Something that happened: a moment, or a while. UTC epoch ms. */
export interface Happening {
  readonly at: number;
  /** Null: a moment. */
  readonly until: number | null;
  readonly text: string;
}

export interface TimeChart extends Described {
  /** Starts of the buckets, UTC epoch ms. */
  readonly starts: readonly number[];
  /** Where the last bucket ends, which may not be over; UTC epoch ms. */
  readonly end: number;
  readonly bucketMs: number;
  /** `bars` are stacked. */
  readonly look: 'bars' | 'lines';
  readonly series: readonly Series[];
  /** The least that the axis shows; default 0. */
  readonly low?: number;
  /** The most that the axis shows; default: the greatest value. */
  readonly high?: number;
  /** A line that values are held against. */
  readonly limit?: { readonly value: number; readonly text: string } | null;
  readonly happenings: readonly Happening[];
  write(value: number): string;
  /** How the axis writes a value. */
  writeTick?(value: number): string;
  /** What a bucket is called. */
  nameOf(start: number): string;
  /** The value that stands in the caption. */
  readonly now: string;
}

/** Buckets beyond that are not each told of where one points at it. */
const mostPointed = 100;

/** Lines or bars over time, with gaps where nothing is known, and what happened meanwhile. */
export const renderTimeChart = (chart: TimeChart): Html => {
  const { series, look, starts, end, bucketMs, limit = null } = chart;
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const area = areaOf(series.length > 1 && look === 'lines');
  const first = starts[0] ?? 0;
  const x = (ms: number): number => area.left + ((area.right - area.left) * (ms - first)) / Math.max(1, starts.length * bucketMs);
  if (known.length === 0)
    return figureOf(
      chart,
      html`${axis(area)}${dates(chart, area, x)}<text class="m none" x="${(area.left + area.right) / 2}" y="72">nothing is known</text>`,
    );
  const tops = look === 'bars' ? starts.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0)) : known;
  const low = chart.low ?? 0;
  const scale = heightScale(area, low, Math.max(chart.high ?? 0, limit?.value ?? 0, ...tops), chart.high !== undefined);
  const drawn =
    look === 'bars'
      ? bars(chart, scale, x)
      : series.map((each) => lineOf(each, scale, area, (at) => x((starts[at] ?? 0) + bucketMs / 2), series.length === 1));
  return figureOf(
    chart,
    html`${incidents(chart, area, x, end)}${grid(area, scale, chart.writeTick ?? chart.write)}${drawn}${
      limit === null
        ? null
        : html`<path class="limit" d="M${area.left} ${place(scale.at(limit.value))}H${area.right}"/><text class="e limit" x="${area.right}" y="${place(scale.at(limit.value) - 3)}">${limit.text}</text>`
    }${axis(area)}${marks(chart, area, x)}${series.length > 1 && look === 'lines' ? names(series, scale, area) : null}${dates(chart, area, x)}${
      starts.length > mostPointed ? null : pointed(chart, area, x)
    }`,
    { now: chart.now },
  );
};

const areaOf = (hasNames: boolean): Area => ({ left: 46, right: chartWidth - (hasNames ? 30 : 4), top: 12, bottom: chartHeight - 20 });

const axis = ({ left, right, bottom }: Area): Html => html`<path class="axis" d="M${left} ${bottom}H${right}"/>`;

const lineOf = (
  { values, colour }: Series,
  { at: y }: HeightScale,
  { bottom }: Area,
  x: (at: number) => number,
  isAlone: boolean,
): Html => {
  const isKnown = (value: number | null): value is number => value !== null;
  const path = line<number | null>()
    .defined(isKnown)
    .x((_, at) => x(at))
    .y((value) => y(value ?? 0))
    .digits(1)(values);
  const below = isAlone
    ? area<number | null>()
        .defined(isKnown)
        .x((_, at) => x(at))
        .y0(bottom)
        .y1((value) => y(value ?? 0))
        .digits(1)(values)
    : null;
  // A value between two gaps is no line: it would not be seen.
  const lonely = values.flatMap((value, at) =>
    value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
      ? [`M${place(x(at))} ${place(y(value))}h0`]
      : [],
  );
  return html`${below === null ? null : html`<path class="a${colour}" d="${below}"/>`}<path class="l${colour}" d="${path ?? ''}"/>${
    lonely.length === 0 ? null : html`<path class="l${colour} dot" d="${lonely.join('')}"/>`
  }`;
};

const bars = ({ series, starts, end, bucketMs }: TimeChart, { at: y }: HeightScale, x: (ms: number) => number): readonly Html[] => {
  const gap = Math.min(2, (x(bucketMs) - x(0)) * 0.2);
  const floor = starts.map(() => 0);
  return series.map(({ values, colour }) => {
    const [whole, begun]: [string[], string[]] = [[], []];
    for (const [at, value] of values.entries()) {
      if (value === null || value === 0) continue;
      const start = starts[at] ?? 0;
      const from = floor[at] ?? 0;
      floor[at] = from + value;
      const bar = `M${place(x(start) + gap / 2)} ${place(y(from))}V${place(y(from + value))}H${place(x(start + bucketMs) - gap / 2)}V${place(y(from))}Z`;
      (start + bucketMs > end ? begun : whole).push(bar);
    }
    return html`<path class="b${colour}" d="${whole.join('')}"/>${begun.length === 0 ? null : html`<path class="b${colour} begun" d="${begun.join('')}"/>`}`;
  });
};

/** Names at the right ends of lines, as far from each other as can be read. */
const names = (series: readonly Series[], { at: y }: HeightScale, { right, top }: Area): Html => {
  const ends = series
    .map(({ name, values, colour }) => ({ name, colour, y: y(values.findLast((value) => value !== null) ?? 0) }))
    .sort((a, b) => b.y - a.y);
  let above = Number.POSITIVE_INFINITY;
  return html`${ends.map(({ name, colour, y }) => {
    above = Math.max(top + 4, Math.min(y, above - 11));
    return html`<text class="s t${colour}" x="${right + 4}" y="${place(above + 3.5)}">${name}</text>`;
  })}`;
};

/** Four dates at most, the first and the last among them. */
const dates = ({ starts, nameOf }: TimeChart, area: Area, x: (ms: number) => number): Html => {
  const last = starts.length - 1;
  const shown = [...new Set([0, Math.round(last / 3), Math.round((2 * last) / 3), last])].filter((at) => at >= 0);
  return timeLabels(
    area,
    shown.map((at) => ({ x: at === last && last > 0 ? area.right : x(starts[at] ?? 0), text: nameOf(starts[at] ?? 0) })),
  );
};

/** The lane above the values in which incidents lie, and the least width at which one is seen. */
const [laneHeight, thinnest] = [4, 2];

const incidents = ({ happenings, starts }: TimeChart, { top, right }: Area, x: (ms: number) => number, end: number): Html => {
  const first = starts[0] ?? 0;
  return html`${happenings
    .filter(({ until }) => until !== null)
    .map(({ at, until, text }) => {
      const from = x(Math.max(first, at));
      const width = Math.max(thinnest, Math.min(right, x(Math.min(end, until ?? at))) - from);
      return html`<rect class="band" x="${place(Math.min(from, right - width))}" y="${top - laneHeight - 2}" width="${place(width)}" height="${laneHeight}"><title>${text}</title></rect>`;
    })}`;
};

const marks = ({ happenings }: TimeChart, { top, bottom }: Area, x: (ms: number) => number): Html | null => {
  const moments = happenings.filter(({ until }) => until === null).map(({ at }) => place(x(at)));
  if (moments.length === 0) return null;
  return html`<path class="mark" d="${moments.map((at) => `M${at} ${top}V${bottom}`).join('')}"/>`;
};

/** Tells the values of a bucket where one points at it. */
const pointed = ({ starts, bucketMs, series, write, nameOf }: TimeChart, { top, bottom }: Area, x: (ms: number) => number): Html =>
  html`${starts.map((start, at) => {
    const values = series.map(
      ({ name, values }) => `${series.length > 1 ? `${name} ` : ''}${(values[at] ?? null) === null ? 'not known' : write(values[at] ?? 0)}`,
    );
    return html`<rect class="h" x="${place(x(start))}" y="${top}" width="${place(x(start + bucketMs) - x(start))}" height="${bottom - top}"><title>${nameOf(start)}: ${values.join(', ')}</title></rect>`;
  })}`;
