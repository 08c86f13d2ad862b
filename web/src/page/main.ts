import './app';
import { loadCore, loadMessages } from '../core/load';
import type { SmtpApp } from './app.component';
import { initialDraft, introTrouble, setUpIntro } from './intro';
import { setUpTheme } from './theme';

function setUpOpenTrace(app: SmtpApp, button: HTMLButtonElement): void {
  const chooser = document.createElement('input');
  chooser.type = 'file';
  chooser.accept = '.jsonl,.ndjson,.json,application/x-ndjson';
  chooser.addEventListener('change', () => {
    const file = chooser.files?.[0];
    chooser.value = '';
    if (file) void app.openTrace(file);
  });
  button.hidden = false;
  button.addEventListener('click', () => chooser.click());
}

async function start(): Promise<void> {
  const app = document.querySelector('smtp-app');
  const theme = document.querySelector<HTMLButtonElement>('#theme');
  const open = document.querySelector<HTMLButtonElement>('#open-trace');
  if (theme) setUpTheme(theme);
  if (!app) return;
  if (open) setUpOpenTrace(app, open);
  app.initial = await initialDraft();
  try {
    const core = await loadCore();
    app.messages = await loadMessages(core);
    app.core = core;
  } catch (error) {
    introTrouble(
      `The part of this page that speaks SMTP could not be loaded: ${error instanceof Error ? error.message : String(error)}. Reload the page, or try another browser.`,
    );
    return;
  }
  setUpIntro(app);
}

void start();
