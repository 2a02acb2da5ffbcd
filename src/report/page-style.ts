// The style sheet of report.html: restrained, readable on paper, on a telephone, by day and by night.

import { CARD_STYLE } from './card-style.ts';
import { VERDICT_STYLE } from './verdict-style.ts';

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f8fa; --ink: #1f2328; --muted: #656d76; --faint: #d8dde3;
  --warning: #9a4b00; --warning-panel: #fff6ea; --slower: #b34700; --faster: #00714f; --blue: #0072b2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --panel: #1c2126; --ink: #e4e8ec; --muted: #98a2ad; --faint: #31383f;
    --warning: #f0b36a; --warning-panel: #2a2118; --slower: #f08a4b; --faster: #3cc79b; --blue: #4a9fd8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 32px 24px 64px; max-width: 1100px;
  background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 24px; font-weight: 650; letter-spacing: -0.01em; }
h2 { margin: 48px 0 12px; padding-top: 12px; border-top: 1px solid var(--faint); font-size: 18px; font-weight: 650; }
h3 { margin: 28px 0 8px; font-size: 15px; font-weight: 650; }
p, ul { margin: 8px 0; max-width: 76ch; }
ul { padding-left: 20px; }
li { margin: 4px 0; }
.muted, .path, figcaption, caption { color: var(--muted); }
.meta { margin: 4px 0 20px; color: var(--muted); font-size: 14px; }
.headline { margin: 0 0 16px; max-width: 70ch; font-size: 18px; line-height: 1.45; }
.warnings { margin: 16px 0; padding: 10px 16px; border-left: 3px solid var(--warning); background: var(--warning-panel); }
.warnings h3 { margin: 0; color: var(--warning); }
/* A shadow at the side where more is to be scrolled to, covered where nothing is. */
.scroll {
  overflow-x: auto;
  background:
    linear-gradient(to right, var(--paper) 30%, transparent) left / 40px 100% no-repeat local,
    linear-gradient(to left, var(--paper) 30%, transparent) right / 40px 100% no-repeat local,
    linear-gradient(to right, var(--faint), transparent) left / 14px 100% no-repeat,
    linear-gradient(to left, var(--faint), transparent) right / 14px 100% no-repeat;
}
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { padding: 4px 0 8px; text-align: left; font-size: 13px; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--faint); text-align: left; vertical-align: top; }
thead th { border-bottom: 1.5px solid var(--muted); font-weight: 600; vertical-align: bottom; }
thead .unit { display: block; color: var(--muted); font-weight: 400; font-size: 12px; }
th.number, td.number { text-align: right; } td.number { white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
.path { display: block; max-width: 26ch; font-weight: 400; font-size: 12px; line-height: 1.35; white-space: normal; }
.interval { display: block; color: var(--muted); font-size: 12px; line-height: 1.35; }
.swatch { display: inline-block; width: 10px; height: 10px; margin-right: 7px; border-radius: 2px; }
.slower { color: var(--slower); } .faster { color: var(--faster); }
td.plain { white-space: nowrap; } td.text { min-width: 24ch; } td.bar svg, th.bar svg { display: block; }
.reference td, .reference th { color: var(--muted); font-weight: 400; }
figure { margin: 20px 0 28px; }
figcaption { margin-bottom: 8px; max-width: 76ch; font-size: 14px; }
figcaption strong { color: var(--ink); }
.static svg { display: block; max-width: 100%; height: auto; }
.live { display: none; width: 100%; height: 460px; }
.upgraded .live { display: block; } .upgraded .static { display: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 8px 0; font-size: 14px; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { margin: 8px 0; padding: 10px 14px; overflow-x: auto; background: var(--panel); border-radius: 4px; }
footer { margin-top: 48px; color: var(--muted); font-size: 13px; }
@media (max-width: 640px) {
  body { padding: 20px 16px 48px; }
  h1 { font-size: 21px; } .headline { font-size: 16px; }
  .static { overflow-x: auto; } .static svg { min-width: 620px; }
  .live { height: 400px; }
  tbody th .path { display: none; }
  th, td, th.number, td.number { padding-right: 9px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  .upgraded .live { display: none; } .upgraded .static { display: block; }
  .scroll { overflow: visible; background: none; } table { font-size: 8.5pt; }
  th, td, th.number, td.number { padding-right: 7px; } .interval, thead .unit { font-size: 7pt; }
  figure, table { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
`;

export const PAGE_STYLE = STYLE + VERDICT_STYLE + CARD_STYLE;
