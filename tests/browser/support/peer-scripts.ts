// Pieces of dialogues for a scripted peer.

import type { Client, Script } from './peer';

export const user = 'ada@peer.example';
export const password = 'open sesame';

/** From the greeting to the end of TLS and the second EHLO. */
export async function secured(client: Client): Promise<void> {
  client.send('220 peer.example ESMTP');
  await client.expect(/^EHLO \S+$/);
  client.send('250-peer.example', '250-STARTTLS', '250 ENHANCEDSTATUSCODES');
  await client.expect(/^STARTTLS$/);
  client.send('220 2.0.0 Ready');
  await client.startTls();
  await capable(client);
}

/** EHLO inside TLS. */
export async function capable(client: Client): Promise<void> {
  await client.expect(/^EHLO \S+$/);
  client.send('250-peer.example', '250-AUTH PLAIN LOGIN', '250 ENHANCEDSTATUSCODES');
}

export async function loggedIn(client: Client): Promise<void> {
  await client.expect(/^AUTH PLAIN \S+$/);
  client.send('235 2.7.0 Accepted');
}

/** Sender, one recipient, DATA and its 354. */
export async function begun(client: Client): Promise<void> {
  await client.expect(/^MAIL FROM:<\S+>/);
  client.send('250 2.1.0 OK');
  await client.expect(/^RCPT TO:<\S+>/);
  client.send('250 2.1.5 OK');
  await client.expect(/^DATA$/);
  client.send('354 Go ahead');
}

export async function goodbye(client: Client): Promise<void> {
  await client.expect(/^QUIT$/);
  client.send('221 2.0.0 Bye');
  client.hangUp();
}

/** A whole session that ends well. */
export const delivers: Script = async (client) => {
  await secured(client);
  await loggedIn(client);
  await begun(client);
  await client.content();
  client.send('250 2.0.0 OK');
  await goodbye(client);
};

/** The same where TLS stands from the first byte. */
export const deliversImplicitly: Script = async (client) => {
  client.send('220 peer.example ESMTP');
  await capable(client);
  await loggedIn(client);
  await begun(client);
  await client.content();
  client.send('250 2.0.0 OK');
  await goodbye(client);
};
