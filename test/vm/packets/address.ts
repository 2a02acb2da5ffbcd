// An address as text, from the bytes that a packet has of it.

export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const view = Buffer.from(bytes);
  const groups = Array.from({ length: 8 }, (_, index) => view.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  // RFC 5952, section 4.2: two colons for the longest run of zeros.
  const [run] = (text.match(/(^|:)0(:0)+(:|$)/g) ?? []).toSorted((a, b) => b.length - a.length);
  return run === undefined ? text : text.replace(run, '::');
}
