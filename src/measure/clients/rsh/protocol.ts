// What rsh says on its connection, without the connection: the request of rcmd(3) and what its answers mean. The
// protocol is that of 4.2BSD's rshd(8); it has no RFC.

import { causeInItsWords } from '../privileged.ts';

/** Whoever asks says so itself; what the server goes by is the port that the connection comes from. */
const LOCAL_USER = 'lvskit';

export interface RshRequest {
  /** Where the server is to connect back to with the command's standard error; 0: it goes over the same connection. */
  readonly errorPort: number;
  /** On the server. */
  readonly user: string;
  readonly command: string;
}

export function encodeRequest({ errorPort, user, command }: RshRequest): Uint8Array {
  return Buffer.from([errorPort, LOCAL_USER, user, command].map((field) => `${field}\0`).join(''), 'latin1');
}

const TO_NULL = 'cat > /dev/null; echo $?';
/**
 * Named after its shell's process, so that several can be copied at once, and removed while nobody waits. What cat did not
 * take is read all the same: closing before that would be a reset, which takes with it what cat has said.
 */
const TO_FILE = [
  'f=lvskit.$$; cat > $f; s=$?',
  '[ $s = 0 ] || cat > /dev/null',
  'echo $s; rm -f $f <&- >&- 2>&- &',
].join('; ');

/** The same, and the copy ends when it is on the disk: only GNU's and the BSDs' dd can do that. */
const TO_DISK = TO_FILE.replace('cat > $f;', 'dd of=$f bs=128k conv=fsync status=none;');

/** Where a copy goes; `disk` is a file that is on the disk before the copy has ended. */
export const RSH_TARGETS = ['null', 'file', 'disk'] as const;
export type RshTarget = (typeof RSH_TARGETS)[number];

const COMMANDS: Readonly<Record<RshTarget, string>> = { null: TO_NULL, file: TO_FILE, disk: TO_DISK };

/** The shell tells the status itself: rsh has no other way to know it, and what is cut short must not count as done. */
export function copyCommand(to: RshTarget): string {
  return COMMANDS[to];
}

const DONE = '0\n';

/** In front of the answers; 1 comes before an error message. */
const ACCEPTED = 0;

/** What the shell there says, cat, and rshd. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/(cannot create|failed to open) .*: Permission denied/, 'not permitted on the server'],
  [/No space left on device|Disk quota exceeded/, 'disk full on the server'],
  [/Authentication failure|Permission denied\.?$|Login incorrect/, 'the server does not let this host and user in'],
];

/**
 * Why a copy failed whose connection has ended in good order; undefined when it is done.
 * @param answer all that came over the connection
 * @param errors all that came over that of standard error
 */
export function causeOfAnswer(answer: string, errors: string): string | undefined {
  const isAccepted = answer.charCodeAt(0) === ACCEPTED;
  const output = answer.slice(1);
  if (isAccepted && output === DONE && errors === '') return undefined;
  const said = (errors + output).trim();
  // Only the status is missing: whoever was to say it has been ended.
  if (isAccepted && said === '') return 'closed before the copy had ended';
  const [, cause] = EXPLANATIONS.find(([pattern]) => pattern.test(said)) ?? [];
  return cause ?? causeInItsWords(said);
}
