// The monitor's public face: what is seen of a director, as the screens of `lvskit top` and as metrics. All of it is
// pure: readings in, text out.

export { type Controls, INITIAL_CONTROLS, pressKey, scrollTo } from './controls.ts';
export { formatJson } from './document.ts';
export { meaningOfDrop } from './drop-reasons.ts';
export { formatListenPlace, type ListenPlace, parseListenPlace } from './listen-place.ts';
export { metricsOf } from './metrics.ts';
export { SORT_ORDERS, type SortOrder } from './order.ts';
export { formatPrometheus, PROMETHEUS_CONTENT_TYPE } from './prometheus.ts';
export type { Reading } from './reading.ts';
export { bodyLength, formatListing, formatScreen, type Line, pageLength, type Size } from './screen.ts';
export { steadyReading } from './steady.ts';
export { type View, viewReading } from './view.ts';
