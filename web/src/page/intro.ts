// The first screen stands in the document. Here it gets its life, and gives the message it shows.

import type { DraftFile } from '../core/core';
import type { SmtpApp } from './app.component';
import type { MessageDraft } from './send-request';

function textOf(name: string): string {
  return [...document.querySelectorAll<HTMLElement>(`[data-draft="${name}"]`)]
    .map((element) => element.textContent?.trim() ?? '')
    .join('\n\n');
}

async function postcard(): Promise<DraftFile[]> {
  const picture = document.querySelector<HTMLImageElement>('#postcard');
  if (!picture) return [];
  try {
    const response = await fetch(picture.src);
    if (!response.ok) return [];
    const octets = new Uint8Array(await response.arrayBuffer());
    return [{ fileName: 'lighthouse.png', mediaType: 'image/png', octets, inline: true }];
  } catch {
    return []; // the message does without its picture
  }
}

/** The message that the first screen shows. */
export async function initialDraft(): Promise<MessageDraft> {
  return {
    from: textOf('from'),
    to: textOf('to'),
    cc: '',
    bcc: '',
    subject: textOf('subject'),
    text: textOf('text'),
    files: await postcard(),
  };
}

function button(id: string): HTMLButtonElement | null {
  return document.querySelector<HTMLButtonElement>(`#${id}`);
}

/** Lets the first screen's buttons do what they say. */
export function setUpIntro(app: SmtpApp): void {
  button('send')?.addEventListener('click', () => app.sendInitial());
  button('break')?.addEventListener('click', () => void app.compose('break'));
  button('real')?.addEventListener('click', () => void app.compose('servers'));
  for (const id of ['send', 'break', 'real']) {
    const element = button(id);
    if (element) element.disabled = false;
  }
}

/** Says on the first screen why it cannot be used. */
export function introTrouble(message: string): void {
  const status = document.querySelector('#intro-status');
  if (status) status.textContent = message;
}
