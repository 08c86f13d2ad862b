// A capture file that Wireshark opens, with the keys inside it, so that it shows the session decrypted
// (draft-ietf-opsawg-pcapng: Section Header, Interface Description, Decryption Secrets, Enhanced Packet blocks).
//
// The relay has the real connection, so its packets are not known here: what is known is what was said, when
// and by whom. The packets around it are made, and the file says so.

import { Pace } from '../core/pace';
import type { WirePiece } from '../drivers/wire-log';
import { concatBytes } from '../trace/content';
import { addressOctets } from './ip-address';
import { Connection } from './packets';

export interface Capture {
  /** When the session began. */
  started: Date;
  /** The server's address, as text, and port. */
  address: string;
  port: number;
  pieces: readonly WirePiece[];
  /** Lines of the NSS key log format. */
  keys: readonly string[];
  /** The program that writes the file. */
  writer: string;
}

const block = { section: 0x0a0d0d0a, interface: 1, packet: 6, secrets: 0x0a } as const;
const option = { comment: 1, interfaceName: 2, writer: 4, timeResolution: 9 } as const;
const rawIp = 101; // LINKTYPE_RAW
const tlsKeyLog = 0x544c534b;
const comment =
  'Made from what a page sent and received through a relay: content, order and times are those of the session; address and port of the client and the headers of IP and TCP are made up.';
/** For documentation only (RFC 5737, RFC 3849): the relay's own address is not known to the page. */
const clientAddresses = { four: '192.0.2.1', six: '2001:db8::1' } as const;
const clientPort = 49_152;

const encoder = new TextEncoder();
const padded = (size: number) => Math.ceil(size / 4) * 4;

function optionOf(code: number, value: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + padded(value.length));
  const view = new DataView(out.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  out.set(value, 4);
  return out;
}

/** A block: its type, its length before and after, and what is in it. */
function blockOf(
  type: number,
  fixed: (view: DataView) => void,
  fixedOctets: number,
  parts: readonly Uint8Array[],
) {
  const inside = parts.reduce((size, part) => size + padded(part.length), fixedOctets);
  const out = new Uint8Array(12 + inside);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, out.length, true);
  fixed(new DataView(out.buffer, 8, fixedOctets));
  let at = 8 + fixedOctets;
  for (const part of parts) {
    out.set(part, at);
    at += padded(part.length);
  }
  view.setUint32(out.length - 4, out.length, true);
  return out;
}

function sectionHeader(writer: string): Uint8Array {
  return blockOf(
    block.section,
    (view) => {
      view.setUint32(0, 0x1a2b3c4d, true);
      view.setUint16(4, 1, true);
      view.setBigInt64(8, -1n, true);
    },
    16,
    [
      optionOf(option.comment, encoder.encode(comment)),
      optionOf(option.writer, encoder.encode(writer)),
      optionOf(0, new Uint8Array(0)),
    ],
  );
}

function interfaceDescription(): Uint8Array {
  return blockOf(block.interface, (view) => view.setUint16(0, rawIp, true), 8, [
    optionOf(option.interfaceName, encoder.encode('relay')),
    optionOf(option.timeResolution, new Uint8Array([6])),
    optionOf(0, new Uint8Array(0)),
  ]);
}

function secrets(keys: readonly string[]): Uint8Array {
  const text = encoder.encode(keys.map((line) => `${line}\n`).join(''));
  return blockOf(
    block.secrets,
    (view) => {
      view.setUint32(0, tlsKeyLog, true);
      view.setUint32(4, text.length, true);
    },
    8,
    [text],
  );
}

function packetBlock(us: bigint, packet: Uint8Array): Uint8Array {
  return blockOf(
    block.packet,
    (view) => {
      view.setUint32(4, Number(us >> 32n), true);
      view.setUint32(8, Number(us & 0xffffffffn), true);
      view.setUint32(12, packet.length, true);
      view.setUint32(16, packet.length, true);
    },
    20,
    [packet],
  );
}

/** The capture as a file. Throws RangeError for an address that is none. */
export async function writePcapng(capture: Capture): Promise<Uint8Array> {
  const server = addressOctets(capture.address);
  if (!server) throw new RangeError(`"${capture.address}" is not an address`);
  const client = addressOctets(server.length === 4 ? clientAddresses.four : clientAddresses.six);
  if (!client) throw new RangeError('no address for the client');
  const connection = new Connection(
    { address: client, port: clientPort },
    { address: server, port: capture.port },
  );
  const begin = BigInt(capture.started.getTime()) * 1000n;
  const out = [sectionHeader(capture.writer), interfaceDescription()];
  if (capture.keys.length > 0) out.push(secrets(capture.keys));
  const pace = new Pace();
  const add = (us: number, packets: readonly Uint8Array[]) => {
    for (const packet of packets) out.push(packetBlock(begin + BigInt(us), packet));
  };
  add(capture.pieces[0]?.us ?? 0, connection.open());
  for (const { us, dir, octets } of capture.pieces) {
    add(us, connection.segments(dir, octets));
    await pace.rest();
  }
  add(capture.pieces.at(-1)?.us ?? 0, connection.close());
  return concatBytes(out);
}
