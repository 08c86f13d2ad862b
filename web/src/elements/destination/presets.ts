// Where a message can go, before the reader changes anything.

import type { Mechanism } from '../../core/types';
import type { RelayConfig, RelayMailbox } from '../../page/relay-api';
import type { TlsChoice } from '../../page/send-request';

export type PresetName = 'page' | 'mailbox' | 'gmail-465' | 'gmail-587' | 'other';

export interface Preset {
  name: PresetName;
  title: string;
  note: string;
}

export const presets: readonly Preset[] = [
  { name: 'page', title: 'In this page', note: 'Simulated, without a network' },
  { name: 'mailbox', title: 'Embedded mailbox', note: 'A real server, part of the relay' },
  { name: 'gmail-465', title: 'Gmail 465', note: 'TLS from the first byte' },
  { name: 'gmail-587', title: 'Gmail 587', note: 'TLS after STARTTLS' },
  { name: 'other', title: 'Other server', note: 'Any server the relay allows' },
];

export interface ServerChoice {
  host: string;
  port: number;
  tls: TlsChoice;
  login: boolean;
  user: string;
  password: string;
  mechanism: Mechanism | '';
}

/** What a preset fills in. */
export function serverOf(preset: PresetName, mailbox: RelayMailbox | null | undefined): ServerChoice {
  const base: ServerChoice = {
    host: '',
    port: 587,
    tls: 'starttls',
    login: true,
    user: '',
    password: '',
    mechanism: '',
  };
  switch (preset) {
    case 'page':
      return { ...base, host: 'mail.example', mechanism: 'PLAIN' };
    case 'mailbox': {
      const user = mailbox?.users[0];
      return {
        ...base,
        host: mailbox?.host ?? '127.0.0.1',
        port: mailbox?.smtp_port ?? 2525,
        user: user?.name ?? 'demo',
        password: user?.password ?? '',
      };
    }
    case 'gmail-465':
      return { ...base, host: 'smtp.gmail.com', port: 465, tls: 'implicit' };
    case 'gmail-587':
      return { ...base, host: 'smtp.gmail.com' };
    case 'other':
      return base;
  }
}

/** Sender and recipient that suit a preset, while the reader has not typed others. */
export function addressesOf(
  preset: PresetName,
  mailbox: RelayMailbox | null | undefined,
  user: string,
  initial: { from: string; to: string },
): { from: string; to: string } {
  switch (preset) {
    case 'page':
      return initial;
    case 'mailbox': {
      const domain = mailbox?.domain ?? 'smtpscope.example';
      const names = mailbox?.users.map((known) => known.name) ?? ['demo'];
      const [own = '', other = own] = names.map((name) => (name.includes('@') ? name : `${name}@${domain}`));
      return { from: own, to: other };
    }
    case 'gmail-465':
    case 'gmail-587':
      // A first mail goes to oneself; other providers' addresses cannot be guessed from a user name.
      return user.includes('@') ? { from: user, to: user } : { from: '', to: '' };
    case 'other':
      return user.includes('@') ? { from: user, to: user } : { from: '', to: '' };
  }
}

const nameShape = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const addressShape = /^[\da-f]*:[\da-f:]*:[\da-f:.]*$/i;

/** An international name as name servers know it (RFC 5891); undefined where it cannot be one. */
function asciiName(host: string): string | undefined {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}

/** Why a host or port cannot be used; undefined when it can. The relay decides whether it may be. */
export function hostProblem(host: string): string | undefined {
  if (!host) return 'Type the name of the server, such as mail.example.';
  if (host.includes('://')) return 'Only the name: leave out what stands before and after it.';
  if (/[^ -~]/.test(host)) {
    const ascii = asciiName(host);
    return `An international name is written in its ASCII form${ascii ? `: ${ascii}` : ''}.`;
  }
  if (host.includes(':'))
    return addressShape.test(host) ? undefined : 'Only the name or address: the port has a field of its own.';
  return nameShape.test(host) ? undefined : 'This is not a host name or address.';
}

export function portProblem(port: number): string | undefined {
  return Number.isInteger(port) && port >= 1 && port <= 65535
    ? undefined
    : 'A port is a number from 1 to 65535.';
}

/** The port for a kind of TLS: the usual one, unless the reader chose a port that is none of the usual. */
export function portFor(tls: TlsChoice, port: number): number {
  const usual: Record<TlsChoice, number> = { starttls: 587, implicit: 465, never: 25 };
  return Object.values(usual).includes(port) ? usual[tls] : port;
}

/** Where the embedded mailbox listens; its usual ports while no relay has told. */
export function mailboxPort(relay: RelayConfig | null | undefined, tls: 'starttls' | 'implicit'): number {
  const mailbox = relay?.mailbox;
  return tls === 'starttls' ? (mailbox?.smtp_port ?? 2525) : (mailbox?.smtps_port ?? 2465);
}

const providers = [
  'gmail.com',
  'googlemail.com',
  'google.com',
  'office365.com',
  'outlook.com',
  'hotmail.com',
];

/** A mail provider's server: nobody's own, so its certificate always has to be in order. */
export function isProvider(host: string): boolean {
  const name = host.trim().toLowerCase();
  return providers.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/**
 * A relay's mailbox is on the relay's own machine, so it is reached by an address or as localhost. Whom to trust for
 * a name, no relay can say: it would say itself, and read along.
 */
function mayVouchFor(host: string): boolean {
  return host === 'localhost' || host.includes(':') || /^[\d.]+$/.test(host);
}

/** What decides who may make TLS for a destination. */
export function tlsTerms(
  preset: PresetName,
  { host, port }: Pick<ServerChoice, 'host' | 'port'>,
  relay: RelayConfig | null | undefined,
): { only?: string | undefined; forced?: 'page' | 'relay' | undefined; own: boolean } {
  const name = host.trim().toLowerCase();
  const known = relay?.destinations.find((one) => one.host === name && one.port === port);
  const forced = known?.ciphertext_only ? 'page' : undefined;
  if (preset !== 'mailbox' && !(known?.mailbox && mayVouchFor(name)))
    return { forced, own: preset === 'other' && !isProvider(host) };
  const only = relay?.mailbox?.certificate;
  // A relay that does not say who vouches for its mailbox leaves nothing to check it with.
  return { only, forced: only === undefined ? 'relay' : forced, own: false };
}
