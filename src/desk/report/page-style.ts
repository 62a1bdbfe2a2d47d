/**
 * How a report looks. Colours of rows of values are told apart by people who see few colours, and get lighter on dark ground; every one has a
 * name beside it. Nothing moves, nothing is fetched.
 */
export const pageStyle = `
:root { --ink: #1b2430; --soft: #566270; --line: #dde3ea; --panel: #f5f7f9; --c0: #2b6cb0; --c1: #d9822b; --c2: #2a9d8f; --c3: #8b5fbf; --c4: #b8a422; --c5: #9aa5b1; --fill: .13; --band: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161b; --ink: #e6eaef; --soft: #a3aebb; --line: #2c343e; --panel: #1a2027; --c0: #6ea8e6; --c1: #f0a35e; --c2: #5cc9ba; --c3: #bb9ae6; --c4: #d8c95a; --c5: #7c8896; --fill: .2; --band: #ff8a80; } }
body { max-width: 78rem; padding: 2rem 1.5rem 4rem; font-size: 15px; line-height: 1.5; }
h1 { font-size: 2rem; letter-spacing: -.02em; margin: 0; }
h2 { font-size: 1.25rem; letter-spacing: -.01em; margin: 0 0 .1rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
section { margin-top: 2.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
section > p.soft:first-of-type { margin: 0 0 1rem; max-width: 48rem; }
code { font: .86em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; padding: .1rem .35rem; }
header .soft { margin: .15rem 0 0; }
.lead { font-size: 1.2rem; line-height: 1.45; max-width: 52rem; margin: 1rem 0 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0 0; font-size: .9rem; }
nav a { color: var(--c0); text-underline-offset: .2em; }
.tiles { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: .75rem; margin: 1.5rem 0 2rem; }
.tiles > div { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem .75rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: .85rem; color: var(--soft); }
.tiles dd.big { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; color: var(--ink); font-variant-numeric: tabular-nums; }
.states { margin: 1.5rem 0 0; }
.states svg { display: block; width: 100%; height: .75rem; border-radius: .25rem; overflow: hidden; }
.states ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; margin: .5rem 0 0; }
.states b { font-variant-numeric: tabular-nums; }
.s-red { fill: var(--bad); } .s-yellow { fill: var(--warn); } .s-unknown { fill: var(--unknown); } .s-green { fill: var(--good); }
h2#first { margin-top: 2rem; } ol.first { list-style: none; counter-reset: first; padding: 0; margin: 1rem 0 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .75rem; }
ol.first li { counter-increment: first; border: 1px solid var(--line); border-radius: .5rem; padding: .8rem .9rem .9rem 2.9rem; position: relative; }
ol.first li::before { content: counter(first); position: absolute; left: .9rem; top: .8rem; width: 1.35rem; height: 1.35rem; border-radius: 50%; background: var(--ink); color: var(--ground); font-size: .8rem; line-height: 1.35rem; text-align: center; font-weight: 600; }
ol.first b { display: block; } ol.first p { margin: .15rem 0 .5rem; color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1.5rem 2rem; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); gap: 1rem 2.5rem; align-items: start; }
figure { margin: 0; min-width: 0; }
figcaption { display: flex; gap: .5rem; align-items: baseline; margin-bottom: .25rem; }
figcaption .soft { font-size: .85rem; } figcaption output { margin-left: auto; font-variant-numeric: tabular-nums; font-weight: 600; }
figure > svg { display: block; width: 100%; height: auto; }
th[scope=col] { vertical-align: bottom; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .s { text-anchor: start; } svg .m { text-anchor: middle; } svg .e { text-anchor: end; }
.grid { stroke: var(--line); fill: none; stroke-width: 1; } .axis { stroke: var(--soft); fill: none; stroke-width: 1; }
.limit { stroke: var(--ink); stroke-dasharray: 4 3; fill: none; } text.limit { stroke: none; fill: var(--ink); }
.mark { stroke: var(--soft); stroke-dasharray: 1 3; fill: none; }
.band { fill: var(--band); }
.begun { opacity: .5; } .dot { stroke-linecap: round; stroke-width: 4 !important; }
.h { fill: transparent; } .h:hover { fill: var(--ink); fill-opacity: .07; }
${[0, 1, 2, 3, 4, 5].map((at) => `.b${at} { fill: var(--c${at}); } .l${at} { stroke: var(--c${at}); fill: none; stroke-width: 1.75; stroke-linejoin: round; } .a${at} { fill: var(--c${at}); fill-opacity: var(--fill); } svg text.t${at} { fill: var(--c${at}); }`).join('\n')}
.spark { width: 88px; height: 20px; display: block; } .spark path { fill: var(--c0); }
.share { width: 100%; min-width: 3rem; height: .5rem; display: block; }
.track { width: 100%; min-width: 6rem; height: .75rem; display: block; } td.bar { width: 18%; min-width: 5rem; vertical-align: middle; }
.graph { display: block; } .graph.fits { max-width: 100%; height: auto; } .graph text { fill: var(--ink); } .box { fill: var(--panel); stroke: var(--line); } .call { fill: none; stroke: var(--c0); stroke-opacity: .45; }
.ahead { stroke-dasharray: 5 4; }
pre { margin: 0; white-space: pre-wrap; font: .86em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; padding: 0; margin: .5rem 0 0; font-size: .85rem; }
.legend svg { width: .7rem; height: .7rem; margin-right: .35rem; display: inline-block; }
.scroll { overflow-x: auto; } .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
table { font-size: .9rem; } th, td { overflow-wrap: break-word; } tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 7rem; } th, td { padding: .35rem .9rem .35rem 0; } th { font-size: .88em; } th:last-child, td:last-child { padding-right: 0; }
tbody th { color: inherit; font-weight: 600; font-size: inherit; }
td.n { white-space: nowrap; } td .soft, th .soft { font-weight: 400; font-size: .93em; }
td.why { min-width: 14rem; color: var(--soft); } th .why { display: block; min-width: 14rem; max-width: 24rem; font-weight: 400; font-size: .93em; color: var(--soft); }
td.state, .nowrap { white-space: nowrap; }
tr.rest td, tr.rest th { color: var(--soft); font-weight: 400; }
details { margin-top: .75rem; font-size: .9rem; } details article { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .75rem 0; margin: 0; } details h3 { margin: 0; font-size: .95rem; } summary { color: var(--soft); cursor: pointer; width: fit-content; }
@media (max-width: 68rem) { .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); } .extra { display: none; } }
@media (max-width: 48rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.6rem; } .lead { font-size: 1.08rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  td.why, td .why, th .why { min-width: 0; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .wide { display: none; }
}
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--soft); }
@media print {
  :root { --ground: #fff; --ink: #000; --soft: #444; --line: #ccc; --panel: #f5f5f5; }
  body { padding: 0; font-size: 10pt; } nav, summary { display: none; }
  .extra { display: none; } table { font-size: .85em; } th .why { min-width: 11rem; }
  .charts, ol.first { grid-template-columns: repeat(3, 1fr); gap: 1rem; } .scroll { overflow: visible; }
  figure, tr, li, .tiles { break-inside: avoid; } h2, h3 { break-after: avoid; } section { margin-top: 1.5rem; }
}
`;
