// Plain words for the names that the core's state machines use.

/** "expect_ehlo_reply" → "expect EHLO reply". */
export function stateWords(name: string): string {
  const verbs = new Set(['ehlo', 'helo', 'auth', 'mail', 'rcpt', 'data', 'quit', 'starttls', 'tls', 'sasl']);
  return name
    .split('_')
    .map((word) => (verbs.has(word) ? word.toUpperCase() : word))
    .join(' ');
}

const actions: Record<string, string> = {
  say_ehlo: 'say EHLO',
  say_helo: 'say HELO, the older greeting',
  choose: 'choose by what the server offers: STARTTLS, AUTH or MAIL',
  say_starttls: 'say STARTTLS',
  begin_tls: 'begin the TLS handshake',
  say_auth: 'say AUTH',
  continue_sasl: 'answer the challenge',
  authenticated: 'go on as a known user',
  say_mail: 'say MAIL',
  say_rcpt: 'say RCPT for the first recipient',
  recipient_accepted: 'next recipient, or DATA',
  recipient_refused: 'note the refusal; next recipient, or give up',
  say_data: 'say DATA',
  send_content: 'send the message',
  delivered: 'done: the server has taken the message',
  refused: 'give up and say QUIT',
  refused_and_close: 'give up and close',
  unexpected: 'a protocol error: close',
  close: 'close the connection',
};

/** What a client's rule does next, in words. */
export function actionWords(action: string): string {
  return actions[action] ?? action.replaceAll('_', ' ');
}

/** "2yz", or the code itself where a rule names one. */
export function replyWords(rule: { class: number; code: number }): string {
  return rule.code > 0 ? String(rule.code) : `${rule.class}yz`;
}
