// From a request to a running session: composes the message and picks the driver.

import type { Core, DraftWithFiles, KeptMessage } from '../core/core';
import { loadSaslprep } from '../core/load';
import type { MessageCore } from '../core/message-core';
import { nextTask } from '../core/pace';
import type { Simulation } from '../core/simulator';
import type { Mechanism } from '../core/types';
import type { SessionDriver } from '../drivers/session-driver';
import { SimulatedDriver } from '../drivers/simulated-driver';
import { type TlsInPage, TunnelDriver } from '../drivers/tunnel-driver';
import { WireLog } from '../drivers/wire-log';
import { toBase64 } from '../text/base64';
import { openTlsLink } from '../tls/load';
import { loginOf, mechanismsFor } from './mechanisms';
import type { LiveTarget, MessageDraft, SendRequest, SimulatedTarget, TlsPlace } from './send-request';

export interface Prepared {
  driver: SessionDriver;
  /** The message as it will be sent. */
  message: Uint8Array;
  /** What a capture file is made of, where the reader asked to keep it. */
  wire?: WireLog | undefined;
}

const simulatedHost = 'mail.example';
const simulatedUser = { name: 'ada', password: 'open sesame' };

/** Composes the message with what only the page knows: the time, and randomness. Rejects with CoreError. */
function composeDraft(messages: MessageCore, draft: MessageDraft) {
  const now = new Date();
  const domain = /@([^\s@>]+)>?\s*$/.exec(draft.from)?.[1] ?? 'page.example';
  const whole: DraftWithFiles = {
    from: draft.from,
    to: draft.to,
    subject: draft.subject,
    text: draft.text,
    files: draft.files,
    dateUnixSeconds: Math.floor(now.getTime() / 1000),
    utcOffsetMinutes: -now.getTimezoneOffset(),
    messageId: `${crypto.randomUUID()}@${domain}`,
    boundarySeed: crypto.randomUUID().replaceAll('-', ''),
    ...(draft.cc.trim() ? { cc: draft.cc } : {}),
    ...(draft.bcc.trim() ? { bcc: draft.bcc } : {}),
  };
  return messages.compose(whole);
}

/** What a session's nonces are made of: base64 of 32 octets. */
const newRandom = (): string => toBase64(crypto.getRandomValues(new Uint8Array(32)));

// The simulated server offers what is asked for among all, and the usual two where that is enough.
const usual: readonly Mechanism[] = ['PLAIN', 'LOGIN'];
const everyMechanism = mechanismsFor(false).map(({ name }) => name);

function simulation(target: SimulatedTarget, from: string, to: string[], octets: number): Simulation {
  const { breakage } = target;
  const password = breakage === 'password' ? 'open sesam' : simulatedUser.password;
  return {
    client: {
      ehloName: 'page.example',
      tls: target.tls,
      from,
      to,
      title: 'A message to a server in this page',
      ...(target.mechanism
        ? {
            auth: loginOf(simulatedUser.name, password, target.mechanism),
            random: newRandom(),
            cleartextAuth: target.tls === 'never',
          }
        : {}),
    },
    server: {
      hostName: simulatedHost,
      users: target.mechanism ? [simulatedUser] : [],
      mailboxes: breakage === 'recipient' ? to.slice(1) : to,
      starttls: target.tls === 'starttls',
      ...(target.mechanism && !usual.includes(target.mechanism) ? { mechanisms: everyMechanism } : {}),
      ...(breakage === 'size' ? { maxMessageOctets: Math.max(1, Math.floor(octets / 2)) } : {}),
      ...(breakage === 'hang-up' ? { hangUpAfter: target.hangUpAfter } : {}),
    },
    latencyMs: target.latencyMs,
    showSecrets: true,
  };
}

/** TLS of the page's own, as the reader wants it; undefined where the relay is to make it. */
function tlsInPage(place: TlsPlace, log: WireLog | undefined): TlsInPage | undefined {
  if (place.where === 'relay') return undefined;
  return {
    link: openTlsLink,
    engine: {
      ...(place.more ? { more: place.more } : {}),
      ...(place.only ? { only: place.only } : {}),
      ...(place.unverified ? { verify: 'recorded' } : {}),
      ...(log ? { keyLog: true } : {}),
    },
    log,
  };
}

function tunnel(
  core: Core,
  target: LiveTarget,
  from: string,
  to: string[],
  message: KeptMessage,
  log: WireLog | undefined,
): TunnelDriver {
  const { auth } = target;
  return new TunnelDriver(
    core,
    {
      ehloName: '[127.0.0.1]',
      tls: target.tls,
      from,
      to,
      host: target.host,
      port: target.port,
      title: `Sending through ${target.host}:${target.port}`,
      ...(auth
        ? {
            auth: loginOf(auth.user, auth.secret, auth.mechanism),
            random: newRandom(),
            cleartextAuth: target.cleartextAuth,
          }
        : {}),
    },
    message,
    { token: target.relayToken },
    tlsInPage(target.place, log),
  );
}

/** Everything that is needed to start. Rejects with CoreError when the message cannot be composed. */
export async function prepare(core: Core, messages: MessageCore, request: SendRequest): Promise<Prepared> {
  const { message, composed } = await composeDraft(messages, request.draft);
  await nextTask(); // a large message makes the next step long enough by itself
  const { from, to } = composed.envelope;
  const { target } = request;
  if (target.kind === 'simulated')
    return { driver: new SimulatedDriver(simulation(target, from, to, message.length), message), message };
  const { auth, place, tls } = target;
  if (auth) await core.prepareLogin([auth.user, auth.secret], loadSaslprep);
  const wire = place.where === 'page' && place.keepKeys && tls !== 'never' ? new WireLog() : undefined;
  const kept = await core.keepMessage(message);
  return { driver: tunnel(core, target, from, to, kept, wire), message, wire };
}
