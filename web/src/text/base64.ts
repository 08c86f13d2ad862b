/** Decodes base64 (RFC 4648 §4); line breaks are skipped. Undefined where it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  const binary = atob(packed);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Base64 of a few octets (RFC 4648 §4). */
export function toBase64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}
