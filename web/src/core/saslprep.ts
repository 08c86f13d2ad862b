// SASLprep (RFC 4013) of logins: its tables are the page's, loaded when a login needs them and given to the
// module that makes the session.

import type { Saslprep } from '../../../wasm/saslprep.mjs';
import type { SmtpscopeMemory } from '../../../wasm/smtpscope-core';

export type LoadSaslprep = () => Promise<Saslprep>;

/** Whether the module cannot prepare one of these by itself: it is not all printable ASCII. */
export const needsSaslprep = (texts: readonly (string | undefined)[]): boolean =>
  texts.some((text) => text !== undefined && /[^ -~]/.test(text));

/** Gives `module` what `load` loads, where one of the texts needs it. Rejects when it cannot be loaded. */
export async function provideSaslprep(
  module: Pick<SmtpscopeMemory, 'saslprep'>,
  texts: readonly (string | undefined)[],
  load: LoadSaslprep,
): Promise<void> {
  if (!module.saslprep && needsSaslprep(texts)) module.saslprep = await load();
}
