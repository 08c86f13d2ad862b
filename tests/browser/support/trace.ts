// A saved trace, read independently of the page's own reader.

export interface TraceEntry {
  seq: number;
  us: number;
  layer: string;
  kind: string;
  chapter: string;
  dir?: 'c2s' | 's2c';
  secure?: true;
  text?: string;
  base64?: string;
  fields?: [number, number, string, number][];
  masked?: [number, number][];
  data: Record<string, unknown>;
  explain?: { title: string; text: string; rfc: string };
}

export interface Diagnosis {
  key: string;
  title: string;
  cause: string;
  fix: string[];
  evidence: number[];
  retry: string;
}

export class Trace {
  readonly header: { smtpscope: string; version: number; mode: string; title: string };
  readonly entries: TraceEntry[];

  constructor(readonly file: Buffer) {
    const [header, ...entries] = file.toString().trimEnd().split('\n');
    this.header = JSON.parse(header ?? '');
    this.entries = entries.map((line) => JSON.parse(line) as TraceEntry);
  }

  bytes(entry: TraceEntry): Buffer {
    if (entry.text !== undefined) return Buffer.from(entry.text);
    return Buffer.from(entry.base64 ?? '', 'base64');
  }

  /** "C: EHLO …" for every line said, in order; content is one line without its text. */
  get dialogue(): string[] {
    return this.entries.flatMap((entry) => {
      if (!entry.dir || entry.layer !== 'smtp') return [];
      const who = entry.dir === 'c2s' ? 'C' : 'S';
      if (entry.kind === 'content') return [`${who}: (content)`];
      const lines = this.bytes(entry).toString().split('\r\n').slice(0, -1);
      return lines.map((line) => `${who}: ${line}`);
    });
  }

  /** "c2s client_hello" for every message of TLS, in order. */
  get tlsMessages(): string[] {
    return this.entries
      .filter((entry) => entry.kind === 'tls_message')
      .map((entry) => `${entry.dir} ${entry.data['type']}`);
  }

  /** Octets of the message as they went over the wire, doubled dots removed (RFC 5321 §4.5.2). */
  get message(): Buffer {
    const content = Buffer.concat(this.entries.filter((e) => e.kind === 'content').map((e) => this.bytes(e)));
    const lines = content.toString('latin1').split('\r\n');
    return Buffer.from(
      lines.map((line) => (line.startsWith('.') ? line.slice(1) : line)).join('\r\n'),
      'latin1',
    );
  }

  find(kind: string): TraceEntry | undefined {
    return this.entries.find((entry) => entry.kind === kind);
  }

  get diagnosis(): Diagnosis | undefined {
    return this.find('diagnosis')?.data as Diagnosis | undefined;
  }

  get outcome(): string | undefined {
    return this.find('result')?.data['outcome'] as string | undefined;
  }
}
