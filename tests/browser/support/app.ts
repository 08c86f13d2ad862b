// The page's handles by role and name, and the few paths that many tests walk.

import { readFile } from 'node:fs/promises';
import { type Download, expect, type Locator, type Page } from '@playwright/test';
import { Trace } from './trace';

export interface Mail {
  from?: string;
  to?: string;
  cc?: string;
  bcc?: string;
  subject?: string;
  text?: string;
}

export interface Attachment {
  name: string;
  mimeType: string;
  buffer: Buffer;
  /** Pictures stand in the text unless they are to be attached. */
  place?: 'inline' | 'attach';
}

export interface Server {
  host: string;
  port: number;
  tls: 'starttls' | 'implicit' | 'never';
  user?: string;
  password?: string;
  mechanism?: 'PLAIN' | 'LOGIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS';
  /** Who makes TLS; the relay where not given, which trusts what its --ca-file says. */
  place?: 'page' | 'relay';
  /** PEM of what the page is to trust beside the usual. */
  trusted?: string;
}

export type Breakage = 'Wrong password' | 'Unknown recipient' | 'Message too large' | 'The server hangs up';

export async function bytesOf(download: Promise<Download>): Promise<Buffer> {
  return readFile(await (await download).path());
}

export class App {
  readonly send: Locator;
  readonly session: Locator;
  readonly story: Locator;
  /** The entry that tells of a message taken for every recipient. */
  readonly delivered: Locator;
  readonly now: Locator;
  readonly headline: Locator;
  readonly bytes: Locator;
  readonly mode: Locator;
  readonly position: Locator;
  readonly step: Locator;

  constructor(readonly page: Page) {
    this.send = page.getByRole('button', { name: 'Send', exact: true });
    this.session = page.getByRole('region', { name: 'Session', exact: true });
    this.story = page.getByRole('list', { name: 'What happened, in order' });
    this.delivered = this.story.getByRole('button', { name: /^Delivered(?! to)/ });
    this.now = page.getByRole('region', { name: 'Now', exact: true });
    this.headline = this.now.getByRole('heading', { level: 2 });
    this.bytes = page.getByRole('grid', { name: 'Bytes of this entry' });
    this.mode = this.session.locator('smtp-mode');
    this.position = page.getByRole('slider', { name: 'Position' });
    this.step = page.getByRole('button', { name: 'Step', exact: true });
  }

  /** Opens the page and waits until its core is there. */
  async open(): Promise<void> {
    await this.page.goto('./');
    await expect(this.send).toBeEnabled();
  }

  /** Sends the first screen's message in this page. */
  async sendSimulated(): Promise<void> {
    await this.open();
    await this.send.click();
    await expect(this.session).toBeVisible();
  }

  /** Opens the composer at the choice of servers. */
  async compose(): Promise<void> {
    await this.open();
    await this.page.getByRole('button', { name: 'Use a real server' }).click();
    await expect(this.radio('Embedded mailbox')).toBeVisible();
  }

  radio(name: string | RegExp): Locator {
    return this.page.getByRole('radio', { name });
  }

  textbox(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  async fill(mail: Mail): Promise<void> {
    if ((mail.cc !== undefined || mail.bcc !== undefined) && !(await this.textbox('Cc').isVisible()))
      await this.button('Cc and Bcc').click();
    const fields = {
      From: mail.from,
      To: mail.to,
      Cc: mail.cc,
      Bcc: mail.bcc,
      Subject: mail.subject,
      Text: mail.text,
    };
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined) await this.textbox(name).fill(value);
  }

  /** Takes away the files that are there and adds these. */
  async attach(files: readonly Attachment[]): Promise<void> {
    const remove = this.button(/^Remove /);
    while ((await remove.count()) > 0) await remove.first().click();
    await this.page
      .getByLabel('Add files')
      .setInputFiles(files.map(({ name, mimeType, buffer }) => ({ name, mimeType, buffer })));
    for (const file of files) {
      await expect(this.button(`Remove ${file.name}`)).toBeVisible();
      if (file.place) await this.page.getByLabel(`${file.name} goes`).selectOption(file.place);
    }
  }

  async chooseServer(server: Server): Promise<void> {
    await this.radio(/^Other server/).check();
    await this.page.getByLabel('Host').fill(server.host);
    await this.page.getByLabel('Encryption').selectOption(server.tls);
    await this.page.getByRole('spinbutton', { name: 'Port' }).fill(String(server.port));
    if (server.tls !== 'never') await this.tlsPlace(server.place ?? 'relay').check();
    if (server.trusted !== undefined) await this.trust(server.trusted);
    const login = this.page.getByRole('checkbox', { name: /Log in/ });
    await login.setChecked(server.user !== undefined);
    if (server.user === undefined) return;
    await this.textbox('User name').fill(server.user);
    await this.password.fill(server.password ?? '');
    if (server.mechanism) await this.page.getByLabel('Mechanism').selectOption(server.mechanism);
    if (server.tls === 'never') await this.page.getByRole('checkbox', { name: /without encryption/ }).check();
  }

  tlsPlace(place: 'page' | 'relay'): Locator {
    return this.radio(place === 'page' ? /^TLS in this page/ : /^TLS in the relay/);
  }

  /** Opens what stands behind "Certificates and keys". */
  async openTrust(): Promise<void> {
    const details = this.page.locator('smtp-tls-place details');
    if ((await details.getAttribute('open')) === null)
      await details.getByText('Certificates and keys').click();
  }

  /** Has the page trust these certificates too. */
  async trust(pem: string): Promise<void> {
    await this.openTrust();
    await this.textbox('Trust these certificates too').fill(pem);
  }

  get password(): Locator {
    return this.page.getByLabel(/^(App p|P)assword$/);
  }

  /** Presses Send and means it. */
  async sendForReal(): Promise<void> {
    await this.send.click();
    await this.button('Send for real').click();
    await expect(this.session).toBeVisible();
  }

  /** Waits for the end of a session that runs. */
  async ended(): Promise<void> {
    await expect(this.session.page().getByRole('button', { name: 'Edit message' })).toBeVisible({
      timeout: 30_000,
    });
  }

  entry(name: string | RegExp): Locator {
    return this.story.getByRole('button', { name }).first();
  }

  tab(name: 'Bytes' | 'Message' | 'State' | 'Security'): Locator {
    return this.page.getByRole('tab', { name });
  }

  /** The trace, as the file that the page saves. */
  async saveTrace(): Promise<Trace> {
    const download = this.page.waitForEvent('download');
    await this.button('Save trace').click();
    return new Trace(await bytesOf(download));
  }

  /** The message, as the file that the message view saves. */
  async saveMessage(): Promise<Buffer> {
    await this.tab('Message').click();
    const download = this.page.waitForEvent('download');
    await this.button('Save .eml').first().click();
    return bytesOf(download);
  }

  async openTraceFile(name: string, buffer: Buffer): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button('Open trace').click();
    await (await chooser).setFiles({ name, mimeType: 'application/x-ndjson', buffer });
  }

  /** Text of the story, entry by entry, as assistive technology reads it. */
  async storyLines(): Promise<string[]> {
    const names = await this.story.locator('button.entry').allInnerTexts();
    return names.map((name) => name.replace(/\s+/g, ' ').trim());
  }

  /** Drops a file onto an element, as from the desktop. */
  async drop(target: Locator, name: string, type: string, buffer: Buffer): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ([name, type, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, { type }));
        return transfer;
      },
      [name, type, buffer.toString('base64')] as const,
    );
    await target.dispatchEvent('dragover', { dataTransfer: transfer });
    await target.dispatchEvent('drop', { dataTransfer: transfer });
  }

  /** What the NOW panel says of a failed session. */
  async expectLesson(lesson: Lesson): Promise<void> {
    await expect(this.headline).toHaveText(lesson.title);
    for (const heading of ['Why', 'What to do'])
      await expect(this.now.getByRole('heading', { name: heading })).toBeVisible();
    await expect(this.now.locator('.why p')).toHaveText(/\S/);
    await expect(this.now.locator('.fix li').first()).toHaveText(/\S/);
    if (lesson.advice) await expect(this.now.locator('.fix')).toContainText(lesson.advice);
    const evidence = this.now.getByRole('button', { name: /^Show / });
    await expect(evidence.filter({ hasText: lesson.evidence }).first()).toBeVisible();
  }
}

export interface Lesson {
  /** What happened. */
  title: string | RegExp;
  /** A line that shows it. */
  evidence: string | RegExp;
  /** Something of what to do. */
  advice?: string | RegExp;
}
