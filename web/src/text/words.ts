// Plain words for the names that the core's state machines use.

/** "expect_ehlo_reply" → "expect EHLO reply". */
export function stateWords(name: string): string {
  const verbs = new Set([
    'ehlo',
    'helo',
    'auth',
    'mail',
    'rcpt',
    'data',
    'quit',
    'starttls',
    'tls',
    'sasl',
    'bdat',
    'rset',
  ]);
  return name
    .split('_')
    .map((word) => (verbs.has(word) ? word.toUpperCase() : word))
    .join(' ');
}

const actions: Record<string, string> = {
  say_ehlo: 'say EHLO',
  say_helo: 'say HELO, the older greeting',
  choose: 'choose by what the server offers: STARTTLS, AUTH or MAIL',
  starttls_refused: 'give up, or go on without TLS where that was allowed by name',
  begin_tls: 'begin the TLS handshake',
  continue_sasl: 'answer the challenge',
  authenticated: 'go on as a known user',
  say_rcpt: 'say RCPT for each recipient',
  recipient_accepted: 'next recipient, or the message',
  recipient_refused: 'note the refusal; next recipient, or leave the message',
  send_content: 'send the message',
  chunk_accepted: 'send the next chunk',
  delivered: 'done: the server has taken the message',
  transaction_refused: 'this message is refused; go on with the next, or say QUIT',
  transaction_cleared: 'go on with the next message',
  resume: 'go on where it was before what was said by hand',
  refused: 'give up and say QUIT',
  refused_and_close: 'give up and close',
  unexpected: 'a protocol error: close',
  close: 'close the connection',
};

/** What a client's rule does next, in words. */
export function actionWords(action: string): string {
  return actions[action] ?? action.replaceAll('_', ' '); // a trace of a later version may know more
}

/** "2yz", or the code itself where a rule names one. */
export function replyWords(rule: { class: number; code: number }): string {
  return rule.code > 0 ? String(rule.code) : `${rule.class}yz`;
}
