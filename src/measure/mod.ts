// The measure area's public face: netpipe in both roles, visits, the line service, histograms.

export { askLines } from './clients/line/ask.ts';
export { type PointResult, transmitRun } from './clients/netpipe/transmitter.ts';
export { TimeHistogram } from './histogram.ts';
export { NetpipeLink } from './netpipe/link.ts';
export { NPTCP_SCHEDULE, type SchedulePoint, scheduleList, scheduleOctaves } from './netpipe/schedule.ts';
export { formatPaperColumns, throughputMbps } from './netpipe/throughput.ts';
export { receiveVisit, transmitVisit, type VisitExtent, type VisitResult } from './netpipe/visit.ts';
export { type LineService, serveLine, serveLineOn } from './services/line/serve.ts';
export { receiveRun } from './services/netpipe/receiver.ts';
