// Certificates as readers have them: PEM, by file or pasted.

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Octets of certificates that are taken at most: a whole system's authorities have less. */
export const largestPem = 2_000_000;

/** The certificates in a text, one after the other; what stands between them is left out. */
export function certificatesIn(text: string): string[] {
  return text.match(block) ?? [];
}

/** Why a text holds none that can be used; undefined where it does. The TLS engine judges what is inside them. */
export function pemProblem(text: string): string | undefined {
  if (text.length > largestPem) return 'This is larger than all certificates of a system together.';
  if (certificatesIn(text).length > 0) return undefined;
  if (/PRIVATE KEY/.test(text))
    return 'This is a private key: never give it away. The certificate is wanted.';
  return /BEGIN TRUSTED CERTIFICATE/.test(text)
    ? 'This has the form of OpenSSL alone. Write it in the usual one: openssl x509 -in FILE.'
    : 'There is no certificate in it. It begins with -----BEGIN CERTIFICATE-----.';
}
