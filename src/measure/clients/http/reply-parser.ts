// HTTP/1.1 replies as bytes arrive: where each ends (RFC 9112, sections 4 to 7), and what is wrong with it. A state machine
// without I/O; nothing is allocated for a reply that is as it should be. It is strict: a client that guesses where a
// reply ends measures something else.

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const SEMICOLON = 59;
const ZERO = 48;
const LOWER_CASE = 32;

/** More than any server sends, and less than would hurt. */
const LONGEST_HEAD_BYTES = 65_536;
/** 2^48: any length that is meant. */
const LONGEST_BODY_BYTES = 2 ** 48;
const KEPT_BYTES = 512;

// States, in the order of a reply; up to HEAD_END lies its head.
const STATUS_LINE = 0;
const LINE_START = 1; // at the first byte of a line of the head
const NAME = 2;
const VALUE = 3;
const LINE_END = 4; // after the CR of a line of the head
const HEAD_END = 5; // after the CR that ends the head
const LENGTH = 6;
const UNTIL_CLOSE = 7;
const CHUNK_SIZE = 8;
const CHUNK_EXTENSION = 9;
const CHUNK_SIZE_END = 10;
const CHUNK_DATA = 11;
const CHUNK_DATA_CR = 12;
const CHUNK_DATA_LF = 13;
const TRAILER_START = 14;
const TRAILER = 15;
const TRAILER_END = 16;
const DONE = 17;
const MALFORMED = 18;

/** The fields that say where a reply ends. */
type Field = 'other' | 'content-length' | 'transfer-encoding' | 'connection';

const FIELD_NAMES = (['content-length', 'transfer-encoding', 'connection'] as const).map(
  (name) => [name, Buffer.from(name)] as const,
);

const KEEP_ALIVE = Buffer.from('keep-alive');
const CLOSE = Buffer.from('close');

/** RFC 9110, section 5.6.2: characters of a field's name. */
const TOKEN = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[character.charCodeAt(0)] = 1;
}

const HEX = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

const NONE = -1;

/** A head that came in one piece, and what it said. Servers send the same one until a second has passed. */
class LastHead {
  status = 0;
  keepsAlive = true;
  contentLength = NONE;
  isChunked = false;
  length = 0;
  readonly #bytes = Buffer.alloc(KEPT_BYTES);

  set(
    bytes: Uint8Array,
    start: number,
    end: number,
    { status, keepsAlive }: ReplyParser,
    contentLength: number,
    isChunked: boolean,
  ): void {
    this.length = end - start <= KEPT_BYTES ? end - start : 0;
    for (let at = 0; at < this.length; at++) this.#bytes[at] = bytes[start + at] as number;
    this.status = status;
    this.keepsAlive = keepsAlive;
    this.contentLength = contentLength;
    this.isChunked = isChunked;
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    const { length } = this;
    if (length === 0 || end - start < length) return false;
    return this.#bytes.compare(bytes, start, start + length, 0, length) === 0;
  }
}

export class ReplyParser {
  /** Of the reply that is being read, once its first line is. */
  status = 0;
  /** Of its body, so far. */
  bodyBytes = 0;
  /** Of the whole reply as it came, so far. */
  wireBytes = 0;
  /** Whether the connection can carry another request after this reply. */
  keepsAlive = true;
  /** What is wrong with it. */
  problem: string | undefined;
  #state: number = STATUS_LINE;
  #expectsBody = true;
  #left = 0;
  #contentLength = NONE;
  #isChunked = false;
  #field: Field = 'other';
  #digits = 0;
  #headBytes = 0;
  /** What has come of a line whose end has not: the status line, or a value that matters. */
  #text = '';
  #kept: number[] | undefined;
  readonly #lastHead = new LastHead();

  /** Makes ready for the reply to the next request. To HEAD there is no body. */
  begin(expectsBody = true): void {
    this.#expectsBody = expectsBody;
    this.wireBytes = 0;
    this.problem = undefined;
    this.#kept = undefined;
    this.#beginHead();
  }

  get isDone(): boolean {
    return this.#state === DONE;
  }

  get isMalformed(): boolean {
    return this.#state === MALFORMED;
  }

  /** Whether a byte of the reply has come. */
  get hasBegun(): boolean {
    return this.wireBytes > 0;
  }

  /** Of a malformed reply: its bytes at the place where that showed, at most {@link KEPT_BYTES}. */
  get malformedBytes(): Uint8Array {
    return Uint8Array.from(this.#kept ?? []);
  }

  /** Reads bytes from `start` up to `end`. Returns where the reply ends, or `end` while it goes on. */
  feed(bytes: Uint8Array, start: number, end: number): number {
    let at = this.#recognizeHead(bytes, start, end);
    while (at < end && this.#state < DONE) {
      switch (this.#state) {
        case LENGTH:
        case CHUNK_DATA:
          at = this.#takeBody(at, end);
          break;
        case UNTIL_CLOSE:
          this.bodyBytes += end - at;
          at = end;
          break;
        case STATUS_LINE:
        case LINE_START:
        case NAME:
        case VALUE:
        case LINE_END:
        case HEAD_END:
          at = this.#readHead(bytes, at, end);
          break;
        default:
          this.#readFraming(bytes[at] ?? 0);
          at++;
      }
      if (this.#state === MALFORMED) this.#keep(bytes, start, end);
    }
    this.wireBytes += at - start;
    return at;
  }

  /** The peer has closed. Returns whether that ends the reply as it should be. */
  close(): boolean {
    if (this.#state === UNTIL_CLOSE) this.#state = DONE;
    return this.#state === DONE;
  }

  #beginHead(): void {
    this.#state = STATUS_LINE;
    this.status = 0;
    this.bodyBytes = 0;
    this.keepsAlive = true;
    this.#contentLength = NONE;
    this.#isChunked = false;
    this.#headBytes = 0;
    this.#text = '';
  }

  /** Takes a head that is, to the byte, the last one's, as it was taken then. Returns where the head ends, or `start`. */
  #recognizeHead(bytes: Uint8Array, start: number, end: number): number {
    const last = this.#lastHead;
    if (this.#state !== STATUS_LINE || this.#headBytes > 0 || !last.isAt(bytes, start, end)) return start;
    this.status = last.status;
    this.keepsAlive = last.keepsAlive;
    this.#contentLength = last.contentLength;
    this.#isChunked = last.isChunked;
    this.#headBytes = last.length;
    this.#finishHead();
    return start + last.length;
  }

  #takeBody(at: number, end: number): number {
    const taken = Math.min(this.#left, end - at);
    this.bodyBytes += taken;
    this.#left -= taken;
    if (this.#left === 0) this.#state = this.#state === LENGTH ? DONE : CHUNK_DATA_CR;
    return at + taken;
  }

  #readHead(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state <= HEAD_END) {
      const byte = bytes[at] as number;
      switch (this.#state) {
        case STATUS_LINE:
        case VALUE:
          at = this.#readText(bytes, at, end);
          continue;
        case LINE_START:
          this.#field = 'other';
          this.#text = '';
          if (byte === CR) this.#state = HEAD_END;
          else at = this.#readName(bytes, at, end);
          if (byte !== CR) continue;
          break;
        case NAME:
          at = this.#readName(bytes, at, end);
          continue;
        case LINE_END:
          if (byte !== LF) return this.#fail('a CR without LF in the head', at);
          this.#state = LINE_START;
          break;
        case HEAD_END:
          if (byte !== LF) return this.#fail('a CR without LF at the end of the head', at);
          at++;
          this.#countHead(at, at - start);
          if (!this.isMalformed) {
            if (this.#headBytes === at - start)
              this.#lastHead.set(bytes, start, at, this, this.#contentLength, this.#isChunked);
            this.#finishHead();
          }
          return at;
      }
      at++;
    }
    return this.#countHead(at, at - start);
  }

  #countHead(at: number, more: number): number {
    this.#headBytes += more;
    if (this.#headBytes > LONGEST_HEAD_BYTES) this.#fail(`a head of over ${LONGEST_HEAD_BYTES} bytes`, at);
    return at;
  }

  /** A field's name, up to its colon; the whole of it mostly lies in `bytes`. */
  #readName(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && TOKEN[bytes[at] as number] === 1) at++;
    if (at === end) {
      this.#text += latin1(bytes, start, at);
      this.#state = NAME;
      return at;
    }
    if (bytes[at] !== COLON) return this.#fail('a line of the head is no field', at);
    if (at === start && this.#text === '') return this.#fail('a field without a name', at);
    this.#field = this.#text === '' ? fieldAt(bytes, start, at) : fieldOf(this.#text + latin1(bytes, start, at));
    this.#text = '';
    this.#state = VALUE;
    return at + 1;
  }

  /** The status line, or a value: up to the CR. Only what matters is kept. */
  #readText(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] !== CR && bytes[at] !== LF) at++;
    const isStatus = this.#state === STATUS_LINE;
    const matters = isStatus || this.#field !== 'other';
    if (at === end) {
      if (matters) this.#text += latin1(bytes, start, at);
      return at;
    }
    if (bytes[at] === LF) return this.#fail('a LF without CR in the head', at);
    this.#state = LINE_END;
    if (isStatus) this.#readStatus(bytes, start, at);
    else if (matters) this.#readValue(bytes, start, at);
    return at + 1;
  }

  /** `HTTP/1.1 200 OK`; mostly in one piece, and then without making a string of it. */
  #readStatus(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    let line = bytes;
    let to = end;
    if (this.#text !== '') {
      line = Buffer.from(this.#text + latin1(bytes, start, end), 'latin1');
      from = 0;
      to = line.length;
    }
    this.#text = '';
    const isHttp =
      to - from >= 12 &&
      line[from] === 72 &&
      line[from + 1] === 84 &&
      line[from + 2] === 84 &&
      line[from + 3] === 80 &&
      line[from + 4] === 47 &&
      line[from + 5] === 49 &&
      line[from + 6] === 46 &&
      line[from + 8] === SPACE;
    const status = (digit(line, from + 9) * 10 + digit(line, from + 10)) * 10 + digit(line, from + 11);
    if (!isHttp || !(status >= 100 && status < 600) || (to - from > 12 && line[from + 12] !== SPACE)) {
      this.#fail('its first line is no status line of HTTP/1', end);
      return;
    }
    // HTTP/1.0 closes unless it says otherwise.
    this.keepsAlive = line[from + 7] !== ZERO;
    this.status = status;
  }

  #readValue(bytes: Uint8Array, start: number, end: number): void {
    if (this.#text === '' && this.#readUsualValue(bytes, start, end)) return;
    const text = (this.#text + latin1(bytes, start, end)).trim();
    this.#text = '';
    if (this.#field === 'content-length') {
      this.#readLength(Buffer.from(text, 'latin1'), 0, text.length);
    } else if (this.#field === 'transfer-encoding') {
      if (this.#isChunked || text.toLowerCase() !== 'chunked') this.#fail(`Transfer-Encoding: ${text}`, end);
      this.#isChunked = true;
    } else {
      const options = text.toLowerCase().split(/\s*,\s*/);
      if (options.includes('close')) this.keepsAlive = false;
      else if (options.includes('keep-alive')) this.keepsAlive = true;
    }
  }

  /** What servers send with every reply is read without making a string of it. */
  #readUsualValue(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#field === 'content-length') {
      this.#readLength(bytes, start, end);
      return true;
    }
    if (this.#field !== 'connection') return false;
    const from = bytes[start] === SPACE ? start + 1 : start;
    const isKeepAlive = isWord(bytes, from, end, KEEP_ALIVE);
    if (!isKeepAlive && !isWord(bytes, from, end, CLOSE)) return false;
    this.keepsAlive = isKeepAlive;
    return true;
  }

  #readLength(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    let to = end;
    while (from < to && isBlank(bytes[from] as number)) from++;
    while (to > from && isBlank(bytes[to - 1] as number)) to--;
    let length = from === to ? Number.NaN : 0;
    for (let at = from; at < to; at++) length = length * 10 + digit(bytes, at);
    if (!(length <= LONGEST_BODY_BYTES)) {
      this.#fail(`Content-Length: ${latin1(bytes, from, to)}`, end);
    } else if (this.#contentLength !== NONE && this.#contentLength !== length) {
      this.#fail(`Content-Length is ${this.#contentLength} and ${length}`, end);
    }
    this.#contentLength = length;
  }

  /** RFC 9112, section 6.3. */
  #finishHead(): void {
    if (this.#isChunked && this.#contentLength !== NONE) {
      this.#fail('both Transfer-Encoding and Content-Length', 0);
    } else if (this.status < 200) {
      // An interim reply: the real one follows. 101 would be another protocol, which nobody has asked for.
      if (this.status === 101) this.#fail('a switch of protocols that was not asked for', 0);
      else this.#beginHead();
    } else if (!this.#expectsBody || this.status === 204 || this.status === 304) {
      this.#state = DONE;
    } else if (this.#isChunked) {
      this.#beginChunk();
    } else if (this.#contentLength === NONE) {
      this.keepsAlive = false;
      this.#state = UNTIL_CLOSE;
    } else {
      this.#left = this.#contentLength;
      this.#state = this.#left === 0 ? DONE : LENGTH;
    }
  }

  #beginChunk(): void {
    this.#left = 0;
    this.#digits = 0;
    this.#state = CHUNK_SIZE;
  }

  /** One byte of what stands around the chunks (RFC 9112, section 7.1). */
  #readFraming(byte: number): void {
    switch (this.#state) {
      case CHUNK_SIZE: {
        const value = HEX[byte] as number;
        if (value >= 0 && this.#digits < 12) {
          this.#left = this.#left * 16 + value;
          this.#digits++;
        } else if (this.#digits === 0 || value >= 0) {
          this.#fail('a chunk without a proper size', 0);
        } else if (byte === CR) {
          this.#state = CHUNK_SIZE_END;
        } else if (byte === SEMICOLON || isBlank(byte)) {
          this.#state = CHUNK_EXTENSION;
        } else {
          this.#fail('a chunk without a proper size', 0);
        }
        return;
      }
      case CHUNK_EXTENSION:
        if (byte === CR) this.#state = CHUNK_SIZE_END;
        else if (byte === LF) this.#fail('a LF without CR after the size of a chunk', 0);
        return;
      case CHUNK_SIZE_END:
        if (byte !== LF) this.#fail('a CR without LF after the size of a chunk', 0);
        else this.#state = this.#left === 0 ? TRAILER_START : CHUNK_DATA;
        return;
      case CHUNK_DATA_CR:
        if (byte !== CR) this.#fail('a chunk longer than its size', 0);
        else this.#state = CHUNK_DATA_LF;
        return;
      case CHUNK_DATA_LF:
        if (byte !== LF) this.#fail('a CR without LF after a chunk', 0);
        else this.#beginChunk();
        return;
      case TRAILER_START:
        this.#state = byte === CR ? TRAILER_END : TRAILER;
        return;
      case TRAILER:
        if (byte === LF) this.#state = TRAILER_START;
        return;
      case TRAILER_END:
        if (byte !== LF) this.#fail('a CR without LF after the last chunk', 0);
        else this.#state = DONE;
    }
  }

  #fail(problem: string, at: number): number {
    this.problem ??= problem;
    this.#state = MALFORMED;
    return at;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#kept = [...bytes.subarray(start, Math.min(end, start + KEPT_BYTES))];
  }
}

/** Whether the bytes are this word, which is in lower case. */
function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (word.length !== end - start) return false;
  let at = 0;
  while (at < word.length && ((bytes[start + at] as number) | LOWER_CASE) === word[at]) at++;
  return at === word.length;
}

function fieldAt(bytes: Uint8Array, start: number, end: number): Field {
  for (const [field, name] of FIELD_NAMES) if (isWord(bytes, start, end, name)) return field;
  return 'other';
}

function fieldOf(name: string): Field {
  return fieldAt(Buffer.from(name, 'latin1'), 0, name.length);
}

function digit(bytes: Uint8Array, at: number): number {
  const value = (bytes[at] ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
