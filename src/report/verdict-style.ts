// The part of report.html's style sheet that draws the verdict table: as a table on a screen and on paper, as cards on
// a telephone (card-style.ts), and filtered by the radio button that is chosen.

const NAMES = ['holds', 'fails', 'open', 'needs'] as const;

/** With a verdict chosen, rows of the others are not shown. Paper shows all. */
const FILTER = NAMES.map(
  (name) => `.verdicts:has(.filter .${name} :checked) tbody tr:not(.${name}) { display: none; }`,
).join('\n');

export const VERDICT_STYLE = `
.verdicts { margin: 20px 0 32px; }
.verdicts .holds { --verdict: var(--faster); } .verdicts .fails { --verdict: var(--slower); }
.verdicts .open { --verdict: var(--blue); } .verdicts .needs { --verdict: var(--muted); }
.shares { display: flex; gap: 2px; height: 10px; margin-bottom: 12px; }
.shares span { background: var(--verdict); border-radius: 2px; }
.shares .open { background: repeating-linear-gradient(135deg, var(--verdict) 0 4px, var(--faint) 4px 7px); }
.shares .needs { background: none; box-shadow: inset 0 0 0 1.5px var(--verdict); }
.filter { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 12px; padding: 0; border: 0; }
.filter legend { float: left; margin-right: 4px; padding: 5px 0; color: var(--muted); font-size: 14px; }
.filter label { position: relative; cursor: pointer; }
.filter input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
.filter span {
  display: block; padding: 4px 12px; border: 1px solid var(--faint); border-radius: 16px; background: var(--panel); font-size: 14px;
}
.filter i, .verdict i { color: var(--verdict); font-style: normal; font-weight: 700; }
.filter :checked + span { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
.filter :focus-visible + span { outline: 2px solid var(--blue); outline-offset: 2px; }
${FILTER}
.key { font-size: 13px; }
.verdicts table { table-layout: fixed; }
.verdicts th:nth-child(2) { width: 19%; } .verdicts th:nth-child(3) { width: 31%; } .verdicts thead th:last-child { width: 17%; }
.verdicts tbody th { padding-left: 10px; border-left: 3px solid var(--verdict); font-weight: 400; white-space: normal; }
.verdicts tbody .open th { border-left-style: dashed; } .verdicts tbody .needs th { border-left-style: dotted; }
.verdicts tbody a { color: inherit; text-decoration: none; } .verdicts tbody a:hover { text-decoration: underline; }
.verdicts td, .verdicts th { overflow-wrap: break-word; hyphens: manual; }
.source, .why, .statement .name, .statement .value span, .more { color: var(--muted); font-size: 12px; }
.source, .why, .statement .name { display: block; line-height: 1.35; }
.verdict { color: var(--verdict); font-weight: 600; }
.statement { display: flex; flex-wrap: wrap; align-items: center; gap: 0 8px; }
.statement + .statement { margin-top: 6px; }
.statement .name { flex-basis: 100%; } .statement .value { white-space: nowrap; }
.statement svg { flex: none; }
@media screen and (max-width: 640px) {
  .verdicts.cards tbody tr { border-left: 4px solid var(--verdict); }
  .verdicts.cards tbody .open { border-left-style: dashed; } .verdicts.cards tbody .needs { border-left-style: dotted; }
  .verdicts .paper::before { content: 'Paper: '; color: var(--muted); }
}
@media print {
  .verdicts tbody tr { break-inside: avoid; display: table-row !important; }
  .verdicts table { break-inside: auto; font-size: 8.5pt; line-height: 1.35; }
  .source, .why, .statement .name, .statement .value span, .more { font-size: 7.5pt; }
  .statement svg { width: 84px; } .verdicts th:nth-child(3) { width: 34%; }
  .verdicts thead { display: table-header-group; }
  .filter input, .filter legend { display: none; } .filter span { padding: 0 12px 0 0; border: 0; box-shadow: none !important; background: none; }
  .shares span, .verdicts tbody th, .statement svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
