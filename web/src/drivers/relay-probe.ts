// A browser does not tell a page why a WebSocket could not be opened. Asking the relay for its
// health over HTTP tells a relay that is not there from one that does not want this page.

export interface Unreachable {
  code: 'relay_unreachable' | 'relay_refused';
  message: string;
}

export async function whyNoTunnel(health: URL): Promise<Unreachable> {
  try {
    const response = await fetch(health, { cache: 'no-store', signal: AbortSignal.timeout(4000) });
    if (response.ok && (await response.text()).trim() === 'ok')
      return {
        code: 'relay_refused',
        message: `The relay at ${health.host} is running, but did not accept a connection from this page.`,
      };
  } catch {
    // No answer at all: the relay is not there.
  }
  return { code: 'relay_unreachable', message: `No relay answers at ${health.host}.` };
}
