// What a print server means that does not acknowledge: RFC 1179 has a byte for it that is not zero, BSD lpd has some
// meanings for that byte, and now and then a line of text.

import { causeInItsWords } from '../privileged.ts';

/** What was to be acknowledged. */
export type Step = 'job' | 'file' | 'content';

/** Of BSD lpd: the spool has less room than the file needs, or than `minfree` keeps free. */
const NO_ROOM = 2;

/** For where there is neither text nor a meaning. */
const UNEXPLAINED: Readonly<Record<Step, string>> = {
  job: 'the server does not take the job',
  file: 'the server does not take the file',
  content: 'the server could not store the file',
};

/** Whether it is text, from its first letter on, and not a code. */
export function isMessage(answer: Uint8Array): boolean {
  return (answer[0] ?? 0) >= ' '.charCodeAt(0);
}

/** @param answer what the server has sent, beginning with the byte that should have been zero */
export function causeOfRefusal(step: Step, answer: Uint8Array): string {
  if (isMessage(answer)) {
    const text = Buffer.from(answer).toString('latin1').trim();
    return causeOfComplaint(text.replace(/^\S+: lpd: /, ''));
  }
  return step === 'file' && answer[0] === NO_ROOM ? 'disk full on the server' : UNEXPLAINED[step];
}

/** @param complaint what comes after the server's name */
export function causeOfComplaint(complaint: string): string {
  if (complaint.includes('unknown printer')) return 'unknown printer';
  if (complaint.includes('line printer access')) return 'the server does not let this host print';
  if (/host ?name for your address/i.test(complaint)) return 'the server has no name for this host';
  return causeInItsWords(complaint);
}
