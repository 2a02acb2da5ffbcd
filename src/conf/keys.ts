// The keys of an lvs_*.conf: which there are, how many words each takes, which must be there. What the words mean is
// read in settings.ts.

import type { ProblemList } from './errors.ts';
import { nearest } from './nearest.ts';
import type { RawAssignment, RawConf, RawWord } from './raw.ts';

/** The words of each key's value. */
const USAGE = {
  LVS_TYPE: 'VS_NAT|VS_DR|VS_TUN',
  INITIAL_STATE: 'on|off',
  VIP: 'DEVICE NAME NETMASK BROADCAST',
  DIRECTOR_INSIDEIP: 'DEVICE NAME NETWORK NETMASK BROADCAST',
  DIRECTOR_DEFAULT_GW: 'NAME',
  SERVICE: 'PROTOCOL PORT SCHEDULER REALSERVER...',
  SERVER_VIP_DEVICE: 'DEVICE',
  SERVER_NET_DEVICE: 'DEVICE',
  SERVER_DEFAULT_GW: 'NAME',
} as const;

type Key = keyof typeof USAGE;
type SingleKey = Exclude<Key, 'SERVICE'>;

const KEYS = Object.keys(USAGE) as readonly Key[];

/** The words of every well-formed line. A key that is missing or malformed has been reported and has none. */
export interface KeyedWords {
  readonly single: ReadonlyMap<SingleKey, readonly RawWord[]>;
  readonly services: readonly (readonly RawWord[])[];
}

export function readKeys(conf: RawConf, problems: ProblemList): KeyedWords {
  const seen = new Map<Key, RawAssignment>();
  const single = new Map<SingleKey, readonly RawWord[]>();
  const services: (readonly RawWord[])[] = [];
  for (const assignment of conf.assignments) {
    const key = knownKey(assignment.key, problems);
    if (key === undefined) continue;
    const earlier = seen.get(key);
    seen.set(key, earlier ?? assignment);
    if (key === 'SERVICE') {
      if (hasServiceWords(assignment, problems)) services.push(assignment.words);
    } else if (earlier !== undefined) {
      const message = `${key} is given again; line ${earlier.key.line} has it already`;
      problems.add('CONF_DUPLICATE_KEY', assignment.key, message, 'keep one of the two lines');
    } else if (hasAllWords(key, assignment, problems)) {
      single.set(key, assignment.words);
    }
  }
  reportMissingKeys(conf, seen, problems);
  return { single, services };
}

function knownKey(word: RawWord, problems: ProblemList): Key | undefined {
  const key = KEYS.find((each) => each === word.text);
  if (key !== undefined) return key;
  const near = nearest(word.text, KEYS);
  const remedy = near === undefined ? `use one of ${KEYS.join(', ')}` : `did you mean '${near}'?`;
  problems.add('CONF_UNKNOWN_KEY', word, `'${word.text}' is not a key`, remedy);
  return undefined;
}

function hasAllWords(key: SingleKey, { key: at, words }: RawAssignment, problems: ProblemList): boolean {
  const wanted = USAGE[key].split(' ').length;
  if (words.length === wanted) return true;
  const message = `${key} takes ${countOfWords(wanted)} and has ${words.length}`;
  problems.add('CONF_WORD_COUNT', at, message, `write ${key}=${USAGE[key]}`);
  return false;
}

function hasServiceWords({ key: at, words }: RawAssignment, problems: ProblemList): boolean {
  if (words.length >= 4) return true;
  if (words.length === 3) {
    const remedy = 'name one or more realservers after the scheduler';
    problems.add('CONF_NO_REALSERVER', at, `service '${words[1]?.text}' is on no realserver`, remedy);
  } else {
    const message = `SERVICE takes 4 words or more and has ${words.length}`;
    problems.add('CONF_WORD_COUNT', at, message, `write SERVICE=${USAGE.SERVICE}`);
  }
  return false;
}

/** VS-NAT realservers do not hold the VIP: SERVER_VIP_DEVICE may be left out, and is not used when it is there. */
function reportMissingKeys(conf: RawConf, seen: ReadonlyMap<Key, RawAssignment>, problems: ProblemList): void {
  const isNat = seen.get('LVS_TYPE')?.words[0]?.text === 'VS_NAT';
  for (const key of KEYS) {
    if (seen.has(key) || (isNat && key === 'SERVER_VIP_DEVICE')) continue;
    problems.add('CONF_MISSING_KEY', conf.end, `${key} is missing`, `add a line ${key}=${USAGE[key]}`);
  }
}

function countOfWords(count: number): string {
  return count === 1 ? '1 word' : `${count} words`;
}
