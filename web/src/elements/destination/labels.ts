import type { Breakage, TlsChoice } from '../../page/send-request';
import type { IconName } from '../icon';
import type { PresetName } from './presets';

/** What can go wrong on purpose: value, name, what will be seen. */
export const breakages: readonly (readonly [Breakage, string, string])[] = [
  ['nothing', 'Nothing', 'The message arrives.'],
  ['password', 'Wrong password', 'The server refuses the login: 535.'],
  ['recipient', 'Unknown recipient', 'The server does not know the first mailbox: 550.'],
  ['size', 'Message too large', 'The server takes only half of its size: 552.'],
  ['hang-up', 'The server hangs up', 'The connection breaks in the middle.'],
];

export const tlsNames: Record<TlsChoice, string> = {
  starttls: 'STARTTLS (begins in the clear, then encrypts)',
  implicit: 'Implicit TLS (from the start)',
  never: 'None (everything can be read on the way)',
};

export const presetIcons: Record<PresetName, IconName> = {
  page: 'flask',
  mailbox: 'inbox',
  'gmail-465': 'lock',
  'gmail-587': 'lock',
  other: 'server',
};
