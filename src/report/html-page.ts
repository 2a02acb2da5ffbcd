// A page that needs no other file and asks for none: the frame of every report.html.

import { element, escapeMarkup } from './markup.ts';
import { formatPageScripts } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

export interface Page {
  readonly title: string;
  /** Markup; empty parts are left out. */
  readonly body: readonly string[];
  /** How the page was made, in a sentence. */
  readonly footer: string;
  /** The text of echarts.min.js, which makes the plots interactive; without it they are static. */
  readonly echartsScript: string | undefined;
}

/** Nothing may be fetched: what is not in the page is not shown. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

export function formatPage({ title, body, footer, echartsScript }: Page): string {
  const parts = [
    ...body,
    element('footer', {}, escapeMarkup(footer)),
    echartsScript === undefined ? '' : formatPageScripts(echartsScript),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(CONTENT_POLICY)}">
<title>${escapeMarkup(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${parts.filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}

/** 2026-03-01T10:00:00.000Z → 2026-03-01 10:00 UTC */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
