// TCP packets as a capture would have shown them, around octets of which only time and direction are known:
// a handshake at the start, segments with sums that hold, and a close at the end (RFC 9293, RFC 791, RFC 8200).

export interface Endpoint {
  /** Four or sixteen octets. */
  address: Uint8Array;
  port: number;
}

export type Side = 'c2s' | 's2c';

export const flags = { fin: 0x01, syn: 0x02, psh: 0x08, ack: 0x10 } as const;

/** Octets of content in a packet: what fits Ethernet's 1500 with either header and no options. */
const segmentOctets = 1440;
const tcpHeader = 20;
const protocolTcp = 6;
/** No segment waits for the other side: the window is as large as it can be (RFC 7323 §2). */
const window = 0xffff;
const none = new Uint8Array(0);
/** Of a SYN: the largest segment, and the scale (RFC 9293 §3.2, RFC 7323 §2.2). */
const synOptions = new Uint8Array([2, 4, segmentOctets >> 8, segmentOctets & 0xff, 3, 3, 14, 0]);

/** One's complement sum of 16-bit words (RFC 1071), not yet folded. */
function sum(octets: Uint8Array, from: number, end: number): number {
  let total = 0;
  for (let i = from; i < end; i += 2)
    total += ((octets[i] ?? 0) << 8) | (i + 1 < end ? (octets[i + 1] ?? 0) : 0);
  return total;
}

function folded(total: number): number {
  let left = total;
  while (left > 0xffff) left = (left & 0xffff) + Math.floor(left / 0x10000);
  return ~left & 0xffff;
}

/** Both sides of one connection; makes its packets in order. */
export class Connection {
  private readonly ends: Record<Side, Endpoint>;
  private readonly next: Record<Side, number> = { c2s: 1_000, s2c: 1_000_000 };
  private id = 0;

  constructor(client: Endpoint, server: Endpoint) {
    this.ends = { c2s: client, s2c: server };
  }

  open(): Uint8Array[] {
    return [
      this.packet('c2s', flags.syn, synOptions),
      this.packet('s2c', flags.syn | flags.ack, synOptions),
      this.packet('c2s', flags.ack),
    ];
  }

  segments(dir: Side, octets: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < octets.length; at += segmentOctets) {
      const content = octets.subarray(at, at + segmentOctets);
      const last = at + segmentOctets >= octets.length;
      packets.push(this.packet(dir, last ? flags.psh | flags.ack : flags.ack, undefined, content));
    }
    return packets;
  }

  close(): Uint8Array[] {
    return [
      this.packet('c2s', flags.fin | flags.ack),
      this.packet('s2c', flags.fin | flags.ack),
      this.packet('c2s', flags.ack),
    ];
  }

  private packet(dir: Side, set: number, options: Uint8Array = none, content: Uint8Array = none): Uint8Array {
    const to: Side = dir === 'c2s' ? 's2c' : 'c2s';
    const source = this.ends[dir];
    const target = this.ends[to];
    const tcpOctets = tcpHeader + options.length + content.length;
    const ipOctets = source.address.length === 4 ? 20 : 40;
    const whole = new Uint8Array(ipOctets + tcpOctets);
    const view = new DataView(whole.buffer);
    this.writeIp(view, source.address, target.address, tcpOctets);
    view.setUint16(ipOctets, source.port);
    view.setUint16(ipOctets + 2, target.port);
    view.setUint32(ipOctets + 4, this.next[dir]);
    view.setUint32(ipOctets + 8, (set & flags.ack) !== 0 ? this.next[to] : 0);
    whole[ipOctets + 12] = ((tcpHeader + options.length) / 4) << 4;
    whole[ipOctets + 13] = set;
    view.setUint16(ipOctets + 14, window);
    whole.set(options, ipOctets + tcpHeader);
    whole.set(content, ipOctets + tcpHeader + options.length);
    // The sum covers the addresses, which stand right before the segment in both headers (RFC 9293 §3.1).
    const pseudo = ipOctets - 2 * source.address.length;
    view.setUint16(ipOctets + 16, folded(sum(whole, pseudo, whole.length) + protocolTcp + tcpOctets));
    this.next[dir] =
      (this.next[dir] + content.length + ((set & (flags.syn | flags.fin)) !== 0 ? 1 : 0)) >>> 0;
    return whole;
  }

  private writeIp(view: DataView, source: Uint8Array, target: Uint8Array, payload: number): void {
    const header = new Uint8Array(view.buffer);
    if (source.length === 4) {
      header[0] = 0x45;
      view.setUint16(2, 20 + payload);
      view.setUint16(4, this.id++ & 0xffff);
      view.setUint16(6, 0x4000); // not to be fragmented
      header[8] = 64;
      header[9] = protocolTcp;
      header.set(source, 12);
      header.set(target, 16);
      view.setUint16(10, folded(sum(header, 0, 20)));
    } else {
      header[0] = 0x60;
      view.setUint16(4, payload);
      header[6] = protocolTcp;
      header[7] = 64;
      header.set(source, 8);
      header.set(target, 24);
    }
  }
}
