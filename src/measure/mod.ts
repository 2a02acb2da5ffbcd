// The measure area's public face: netpipe in both roles, visits, clients and daemons of services, histograms.

export type { HttpRunOptions, HttpRunResult } from './clients/http/options.ts';
export { mergeHttpResults, runHttp, warmUp } from './clients/http/run.ts';
export { askLines } from './clients/line/ask.ts';
export { type PointResult, transmitRun } from './clients/netpipe/transmitter.ts';
export { TimeHistogram } from './histogram.ts';
export { NetpipeLink } from './netpipe/link.ts';
export { NPTCP_SCHEDULE, type SchedulePoint, scheduleList, scheduleOctaves } from './netpipe/schedule.ts';
export { formatPaperColumns, throughputMbps } from './netpipe/throughput.ts';
export { receiveVisit, transmitVisit, type VisitExtent, type VisitResult } from './netpipe/visit.ts';
export { LARGEST_EXPONENT, paperFileName } from './services/files.ts';
export { prepareNginx } from './services/http/nginx.ts';
export { type LineService, serveLine, serveLineOn } from './services/line/serve.ts';
export { receiveRun } from './services/netpipe/receiver.ts';
export { mergeTransferResults, type TransferResult } from './transfer-record.ts';
export type { TransferOptions } from './transfers.ts';
