/** The octets of an address in text (RFC 791 §3.2; RFC 4291 §2.2): four or sixteen; undefined where it is none. */
export function addressOctets(text: string): Uint8Array | undefined {
  return text.includes(':') ? six(text) : four(text);
}

function four(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

function six(text: string): Uint8Array | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted ? four(dotted[2] ?? '') : undefined;
  if (dotted && !tail) return undefined;
  const hex = (group: number, octets: Uint8Array) =>
    (((octets[group] ?? 0) << 8) | (octets[group + 1] ?? 0)).toString(16);
  const plain = dotted && tail ? `${dotted[1]}${hex(0, tail)}:${hex(2, tail)}` : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...rest];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}
