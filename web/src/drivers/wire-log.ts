// What went over the wire in a session whose keys the reader asked to keep: what a capture file is made of.

export interface WirePiece {
  /** Microseconds since the session began. */
  us: number;
  dir: 'c2s' | 's2c';
  octets: Uint8Array;
}

export class WireLog {
  readonly pieces: WirePiece[] = [];
  /** Lines of the NSS key log format. Whoever has them can read the session. */
  readonly keys: string[] = [];

  add(us: number, dir: WirePiece['dir'], octets: Uint8Array): void {
    this.pieces.push({ us, dir, octets: octets.slice() });
  }

  key(line: string): void {
    this.keys.push(line);
  }
}
