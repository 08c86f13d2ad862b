// The way of a lesson: it fails, says why, and after its cause is mended Send works again.

import { expect } from '@playwright/test';
import type { App, Lesson, Server } from './app';
import { user } from './peer-scripts';

export async function toPeer(app: App, server: Server): Promise<void> {
  await app.compose();
  await app.chooseServer(server);
  await app.fill({ from: user, to: user });
}

export async function fails(app: App, lesson: Lesson): Promise<void> {
  await app.sendForReal();
  await app.ended();
  await app.expectLesson(lesson);
  // The evidence leads to its entry.
  await app.now
    .getByRole('button', { name: /^Show / })
    .first()
    .click();
  await expect(app.story.locator('li.selected')).toBeVisible();
  await app.page.keyboard.press('Escape');
  await app.button('Edit message').click();
}

export async function succeeds(app: App): Promise<void> {
  await app.sendForReal();
  await app.ended();
  await expect(app.delivered).toBeVisible();
}
