import { type Html, html } from '../../../ground/output/html.ts';
import { place } from './frame.ts';

/** The least width of a part that is seen, in hundredths of the track. */
const thinnest = 0.6;

/**
 * Parts of a while as marks on a track, for a cell of a table. @param colour CSS class of a part
 * @param window the whole while; all instants UTC epoch ms
 */
export const renderTrack = (
  window: { readonly from: number; readonly to: number },
  parts: readonly { readonly from: number; readonly to: number }[],
  colour: string,
): Html => {
  const x = (at: number): number =>
    (100 * (Math.min(window.to, Math.max(window.from, at)) - window.from)) / Math.max(1, window.to - window.from);
  return html`<svg class="track" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M0 5H100"/>${parts.map(
    ({ from, to }) => {
      const width = Math.max(thinnest, x(to) - x(from));
      return html`<rect class="${colour}" x="${place(Math.min(100 - width, x(from)))}" y="1" width="${Math.round(width * 100) / 100}" height="8"/>`;
    },
  )}</svg>`;
};
