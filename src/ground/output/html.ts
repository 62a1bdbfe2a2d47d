import { htmlText } from './escape.ts';

/** Markup that is safe to be put into a page as it stands. Made by `html` alone. */
export interface Html {
  readonly markup: string;
}

type Piece = string | number | Html | null | readonly Html[];

const markupOf = (piece: Piece): string => {
  if (piece === null) return '';
  if (typeof piece === 'string') return htmlText(piece);
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('');
};

/** A template whose texts are raw and made inert; only what `html` made itself goes in as markup. */
export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  markup: parts.map((part, at) => `${part}${markupOf(pieces[at] ?? null)}`).join(''),
});

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2024; --soft: #5b636b; --line: #dfe3e8; --panel: #f6f7f9; --good: #11734b; --bad: #b3261e; --warn: #855500; --unknown: #4a5a78; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e8eaed; --soft: #a2abb5; --line: #31373e; --panel: #1c2126; --good: #5ecb96; --bad: #ff8a80; --warn: #f0b429; --unknown: #9db4dd; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 62rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .unknown { color: var(--unknown); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--panel); border-radius: .5rem; padding: .5rem .75rem; }
.facts dt { color: var(--soft); font-size: .85rem; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin: .5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; }
td.n, th.n { text-align: right; }
dl.seen { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: .25rem 0 0; }
dl.seen dt { color: var(--soft); } dl.seen dd { margin: 0; white-space: pre-wrap; }
@media (max-width: 30rem) { dl.seen { grid-template-columns: 1fr; } dl.seen dd { margin-bottom: .35rem; } }
@media print { body { max-width: none; } article { break-inside: avoid; } }
`;

/** One file that needs no network: light and dark, phone and print. @param ownStyle CSS of this page, after that of all pages; never made of data */
export const renderPage = (title: string, body: Html, ownStyle = ''): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${style}${ownStyle}</style>
</head>
<body>
<main>
${body.markup}
</main>
</body>
</html>
`;
