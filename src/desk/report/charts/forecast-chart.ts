import { line } from 'd3-shape';
import { type Html, html } from '../../../ground/output/html.ts';
import { formatMoney } from '../../../ground/units/amount.ts';
import type { ReportedMonth } from '../report.ts';
import { dayWord, monthWord, roundTick } from '../report-words.ts';
import { type Area, chartHeight, chartWidth, figureOf, grid, heightScale, place, timeLabels } from './frame.ts';

const dayMs = 86_400_000;
/** So many times what is spent, a budget is not drawn any more. */
const farAbove = 3;
const area: Area = { left: 46, right: chartWidth - 4, top: 8, bottom: chartHeight - 20 };

/** What a month has cost so far, day upon day, and what it is expected to come to, against its budget. @param now UTC epoch ms */
export const renderForecastChart = ({ fromMs, toMs, dailyNanos, spentNanos, forecast, limitNanos }: ReportedMonth, now: number): Html => {
  const x = (ms: number): number => area.left + ((area.right - area.left) * (ms - fromMs)) / (toMs - fromMs);
  const most = Math.max(spentNanos, forecast?.high ?? 0);
  // A budget far above what is spent would press all else to the ground.
  const isNear = limitNanos !== null && limitNanos <= farAbove * most;
  const scale = heightScale(area, 0, isNear ? Math.max(most, limitNanos) : most);
  const y = (nanos: number): number => scale.at(nanos);
  let sum = 0;
  const points: (readonly [number, number])[] = [[x(fromMs), y(0)]];
  for (const [day, nanos] of dailyNanos.entries()) {
    sum += nanos;
    points.push([x(Math.min(now, fromMs + (day + 1) * dayMs)), y(sum)]);
  }
  const spent = line().digits(1)(points.map(([left, top]) => [left, top]));
  const here = `${place(x(now))} ${place(y(spentNanos))}`;
  const ahead =
    forecast === null
      ? null
      : html`<path class="a0" d="M${here}L${area.right} ${place(y(forecast.high))}V${place(y(forecast.low))}Z"/><path class="l0 ahead" d="M${here}L${area.right} ${place(y(forecast.expected))}"/>`;
  const limit =
    limitNanos === null
      ? null
      : !isNear
        ? html`<text class="s limit" x="${area.left + 6}" y="${area.top + 10}">budget ${roundTick(formatMoney(limitNanos))}, far above</text>`
        : html`<path class="limit" d="M${area.left} ${place(y(limitNanos))}H${area.right}"/><text class="e limit" x="${area.right}" y="${place(y(limitNanos) + (y(limitNanos) < area.top + 12 ? 12 : -3))}">budget ${roundTick(formatMoney(limitNanos))}</text>`;
  return figureOf(
    {
      id: 'month',
      title: monthWord(fromMs),
      unit: 'US dollars, added up',
      description:
        forecast === null
          ? `${formatMoney(spentNanos)} so far; too few days are known to tell more.`
          : `${formatMoney(spentNanos)} so far; expected ${formatMoney(forecast.expected)}, with 95 of 100 months between ${formatMoney(forecast.low)} and ${formatMoney(forecast.high)}.`,
    },
    html`${grid(area, scale, (value) => (value === 0 ? '0' : roundTick(formatMoney(value))))}${ahead}<path class="l0" d="${spent ?? ''}"/>${limit}<path class="axis" d="M${area.left} ${area.bottom}H${area.right}"/>${timeLabels(
      area,
      [fromMs, fromMs + (toMs - fromMs) / 2, toMs - dayMs].map((at, index) => ({ x: index === 2 ? area.right : x(at), text: dayWord(at) })),
    )}`,
    { now: formatMoney(spentNanos) },
  );
};
