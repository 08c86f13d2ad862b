/**
 * SASLprep (RFC 4013) of what should be UTF-8. `stored`: it is kept to compare logins with, and may hold only
 * what Unicode 3.2 had. Gives UTF-8; or why not, in words that follow the name of the text.
 */
export type Saslprep = (octets: Uint8Array, stored: boolean) => Uint8Array | string;
export const saslprep: Saslprep;
