import { describe, expect, it } from 'vitest';
import { addressOctets } from './ip-address';
import { type Capture, writePcapng } from './pcapng';

describe('addressOctets', () => {
  it.each([
    ['192.0.2.1', [192, 0, 2, 1]],
    ['::1', [...Array(15).fill(0), 1]],
    ['::', Array(16).fill(0)],
    ['2001:db8::ff:0:1', [0x20, 0x01, 0x0d, 0xb8, ...Array(6).fill(0), 0, 0xff, 0, 0, 0, 1]],
    ['::ffff:192.0.2.1', [...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ])('%s', (text, octets) => {
    expect([...(addressOctets(text) ?? [])]).toEqual(octets);
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '1:2:3',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    '::g',
    '::1.2.3',
  ])('%s is none', (text) => {
    expect(addressOctets(text)).toBeUndefined();
  });
});

interface Block {
  type: number;
  body: Uint8Array;
}

function blocksOf(file: Uint8Array): Block[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    blocks.push({ type: view.getUint32(at, true), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

interface Packet {
  us: bigint;
  toServer: boolean;
  sequence: number;
  acknowledged: number;
  set: number;
  content: Uint8Array;
}

/** RFC 1071: with its checksum in it, a sum is all ones. */
function holds(octets: Uint8Array, and = 0): boolean {
  let sum = and;
  octets.forEach((octet, i) => {
    sum += i % 2 === 0 ? octet * 256 : octet;
  });
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}

function packetOf(body: Uint8Array, serverPort: number): Packet {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const us = (BigInt(view.getUint32(4, true)) << 32n) | BigInt(view.getUint32(8, true));
  const packet = body.subarray(20, 20 + view.getUint32(12, true));
  const four = (packet[0] ?? 0) >> 4 === 4;
  const header = four ? 20 : 40;
  if (four) expect(holds(packet.subarray(0, 20))).toBe(true);
  const segment = packet.subarray(header);
  expect(holds(packet.subarray(four ? 12 : 8), 6 + segment.length)).toBe(true);
  const tcp = new DataView(segment.buffer, segment.byteOffset, segment.length);
  return {
    us,
    toServer: tcp.getUint16(2) === serverPort,
    sequence: tcp.getUint32(4),
    acknowledged: tcp.getUint32(8),
    set: tcp.getUint8(13),
    content: segment.subarray((tcp.getUint8(12) >> 4) * 4),
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const capture: Capture = {
  started: new Date('2026-01-02T03:04:05.678Z'),
  address: '192.0.2.25',
  port: 465,
  pieces: [
    { us: 10, dir: 'c2s', octets: bytes('hello') },
    { us: 20, dir: 's2c', octets: new Uint8Array(4001).fill(7) },
    { us: 30, dir: 'c2s', octets: bytes('bye') },
  ],
  keys: ['CLIENT_RANDOM aa bb', 'SERVER_TRAFFIC_SECRET_0 cc dd'],
  writer: 'smtpscope 0.1.0',
};

describe('writePcapng', () => {
  it.each(['192.0.2.25', '2001:db8::25'])(
    'writes packets whose sums hold and whose octets follow each other, to %s',
    async (address) => {
      const blocks = blocksOf(await writePcapng({ ...capture, address }));
      expect(blocks.map(({ type }) => type).slice(0, 3)).toEqual([0x0a0d0d0a, 1, 0x0a]);
      const packets = blocks.filter(({ type }) => type === 6).map(({ body }) => packetOf(body, 465));
      expect(packets.map(({ set }) => set)).toEqual([
        2, 0x12, 0x10, 0x18, 0x10, 0x10, 0x18, 0x18, 0x11, 0x11, 0x10,
      ]);
      const next = { true: 0, false: 0 };
      for (const { toServer, set, sequence, acknowledged, content } of packets) {
        const me = `${toServer}` as const;
        const other = `${!toServer}` as const;
        if ((set & 2) !== 0) next[me] = sequence;
        expect(sequence).toBe(next[me]);
        if ((set & 0x10) !== 0) expect(acknowledged).toBe(next[other]);
        next[me] += content.length + ((set & 3) !== 0 ? 1 : 0);
      }
      for (const [toServer, said] of [
        [true, 'hellobye'],
        [false, '\u0007'.repeat(4001)],
      ] as const) {
        const octets = packets
          .filter((packet) => packet.toServer === toServer)
          .flatMap(({ content }) => [...content]);
        expect(new TextDecoder().decode(Uint8Array.from(octets))).toBe(said);
      }
      expect(packets[3]?.us).toBe(BigInt(Date.parse('2026-01-02T03:04:05.678Z')) * 1000n + 10n);
    },
  );

  it('holds the keys, and none where none were kept', async () => {
    const [, , secrets] = blocksOf(await writePcapng(capture));
    const view = new DataView(secrets?.body.buffer ?? new ArrayBuffer(8), secrets?.body.byteOffset);
    expect(view.getUint32(0, true)).toBe(0x544c534b);
    const text = secrets?.body.subarray(8, 8 + view.getUint32(4, true));
    expect(new TextDecoder().decode(text)).toBe('CLIENT_RANDOM aa bb\nSERVER_TRAFFIC_SECRET_0 cc dd\n');
    const without = blocksOf(await writePcapng({ ...capture, keys: [] }));
    expect(without.some(({ type }) => type === 0x0a)).toBe(false);
  });

  it('refuses what is no address', async () => {
    await expect(writePcapng({ ...capture, address: 'mail.example' })).rejects.toThrow(RangeError);
  });
});
