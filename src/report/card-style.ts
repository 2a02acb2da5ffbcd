// The part of report.html's style sheet that makes cards of a table's rows on a telephone: the row's heading above its cells,
// two beside each other, each below what the column is called.

export const CARD_STYLE = `
@media screen and (max-width: 640px) {
  .cards table, .cards tbody, .cards tbody tr, .cards tbody th, .cards tbody td { display: block; width: auto; }
  .cards thead { display: none; }
  .cards tbody tr { margin: 0 0 12px; padding: 8px 12px; border: 1px solid var(--faint); border-radius: 4px; }
  .cards tbody th, .cards tbody td { padding: 3px 0; border: 0; text-align: left; white-space: normal; }
  .cards tbody th { font-weight: 600; }
  .scroll.cards tbody tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px; }
  .scroll.cards th, .scroll.cards .text { grid-column: 1 / -1; }
  .scroll.cards th .path { display: block; max-width: none; }
  .scroll.cards td::before { content: attr(data-label); display: block; color: var(--muted); font-size: 12px; line-height: 1.35; }
  .scroll.cards td:not([data-label]) { display: none; }
  .cards .bar svg { max-width: 100%; }
}
`;
