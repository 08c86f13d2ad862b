import type { App, Breakage } from './support/app';
import { expect, test } from './support/test';

test('three presses: a raw line, its bytes lit, its sentence', async ({ app, page }) => {
  await app.sendSimulated();
  await expect(app.mode).toHaveText('SIMULATED');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(app.headline).toHaveText(/\S/);
  await app.step.click();
  await app.step.click();
  await expect(app.headline).toHaveText(/\S/);
});

test('step reveals one thing at a time, back keeps what was seen', async ({ app }) => {
  await app.sendSimulated();
  const entries = app.story.locator('button.entry');
  const start = Number(await app.position.inputValue());
  await expect(entries).toHaveCount(start);
  await app.step.click();
  await expect(entries).toHaveCount(start + 1);
  await app.step.click();
  await expect(entries).toHaveCount(start + 2);
  await expect(entries.last()).toHaveAttribute('aria-current', 'step');
  await app.button('Back').click();
  await expect(entries).toHaveCount(start + 2);
  await expect(entries.nth(start)).toHaveAttribute('aria-current', 'step');
  await expect(app.position).toHaveValue(String(start + 1));
  await app.button('First').click();
  await expect(app.position).toHaveValue('1');
});

test('the whole session ends delivered, in the order of the protocol', async ({ app }) => {
  await app.sendSimulated();
  await app.button('Last').click();
  await expect(app.delivered).toBeVisible();
  const { dialogue, outcome, header } = await app.saveTrace();
  expect(header.mode).toBe('simulated');
  expect(outcome).toBe('delivered');
  const verbs = dialogue
    .filter((line) => line.startsWith('C: '))
    .map((line) => line.slice(3).split(/[ :]/)[0]);
  expect(verbs).toEqual([
    ...['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'],
    ...verbs.filter((verb) => verb === '(content)'),
    ...['.', 'QUIT'],
  ]);
  expect(dialogue.at(-1)).toMatch(/^S: 221 /);
});

test('play runs by itself, pause stops it where it is', async ({ app, page }) => {
  await page.clock.install();
  await app.sendSimulated();
  await app.button('First').click();
  await page.clock.pauseAt(Date.now() + 60_000);
  await app.button('Play').click();
  await page.clock.runFor(3500);
  await expect(app.position).toHaveValue('4');
  await app.button('Pause').click();
  await page.clock.runFor(10_000);
  await expect(app.position).toHaveValue('4');
  await page.getByLabel('Speed').selectOption({ label: '4×' });
  await app.button('Play').click();
  await page.clock.runFor(1200);
  await expect(app.position).toHaveValue('8');
  await page.clock.runFor(120_000);
  await expect(app.button('Play')).toBeVisible();
  await expect(app.delivered).toBeVisible();
});

test('the scrubber leads anywhere, and says where it is', async ({ app }) => {
  await app.sendSimulated();
  await app.position.fill('5');
  await expect(app.story.locator('button.entry')).toHaveCount(5);
  await expect(app.position).toHaveAttribute('aria-valuetext', /^5 of \d+, \S/);
  await app.position.fill('2');
  await expect(app.story.locator('button.entry').nth(1)).toHaveAttribute('aria-current', 'step');
  await app.position.press('ArrowRight');
  await expect(app.position).toHaveValue('3');
});

test('keys move only while focus is inside the session', async ({ app, page }) => {
  await app.sendSimulated();
  await expect(app.session).toBeFocused();
  const start = Number(await app.position.inputValue());
  await page.keyboard.press('ArrowRight');
  await expect(app.position).toHaveValue(String(start + 1));
  await page.keyboard.press('ArrowLeft');
  await expect(app.position).toHaveValue(String(start));
  await page.keyboard.press('End');
  await expect(app.delivered).toBeVisible();
  await page.keyboard.press('Home');
  await expect(app.position).toHaveValue('1');
  await page.getByRole('button', { name: /^Theme/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(app.position).toHaveValue('1');
});

test('chapters lead to their beginning', async ({ app, page }) => {
  await app.sendSimulated();
  await app.button('Last').click();
  const chapters = page.getByRole('navigation', { name: 'Chapters' });
  await chapters.getByRole('button', { name: 'Envelope' }).click();
  await expect(app.headline).toBeVisible();
  await expect(app.story.locator('[aria-current=step]')).toContainText('MAIL FROM');
  await expect(chapters.getByRole('button', { name: 'Envelope' })).toHaveAttribute('aria-current', 'step');
  await app.session.press('Shift+ArrowRight');
  await expect(app.story.locator('[aria-current=step]')).toContainText('DATA');
  await app.session.press('Shift+ArrowLeft');
  await expect(app.story.locator('[aria-current=step]')).toContainText('MAIL FROM');
});

test('every key is explained', async ({ app, page }) => {
  await app.sendSimulated();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help).toContainText('Play or pause');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  for (const [key, name] of [
    ['2', 'Message'],
    ['3', 'State'],
    ['4', 'Security'],
    ['1', 'Bytes'],
  ] as const) {
    await app.session.focus();
    await page.keyboard.press(key);
    await expect(app.tab(name)).toHaveAttribute('aria-selected', 'true');
  }
});

test('state and security follow the cursor', async ({ app, page }) => {
  await app.sendSimulated();
  const panel = page.getByRole('tabpanel');
  await app.tab('State').click();
  await expect(panel).toContainText('What each command would get');
  await app.button('Last').click();
  await expect(panel).toContainText('Logged in');
  await expect(panel).toContainText('yes, by PLAIN');
  await app.tab('Security').click();
  await expect(panel).toContainText('Who can read what is said');
  await app.button('First').click();
  await expect(panel).toContainText('Not encrypted at this point');
});

test('without the simulated server the page says so, and goes on once it can be had', async ({
  app,
  page,
  witness,
}) => {
  witness.allow(/smtpscope-simulation.*\.wasm/, /net::ERR_FAILED/);
  await page.route('**/smtpscope-simulation*.wasm', (route) => route.abort());
  await app.open();
  await app.send.click();
  await expect(page.getByText(/simulates could not be loaded.*then send again/)).toBeVisible();
  await page.unroute('**/smtpscope-simulation*.wasm');
  await app.send.click();
  await expect(app.session).toBeVisible();
});

test('without the tables the State tab says so, and shows them when opened again', async ({
  app,
  page,
  witness,
}) => {
  witness.allow(/smtpscope-rules.*\.json/, /net::ERR_FAILED/);
  await page.route('**/smtpscope-rules*.json', (route) => route.abort());
  await app.sendSimulated();
  const panel = page.getByRole('tabpanel');
  await app.tab('State').click();
  await expect(panel.getByRole('alert')).toContainText('open this tab again');
  await expect(panel).toContainText('Server');
  await page.unroute('**/smtpscope-rules*.json');
  await app.tab('Bytes').click();
  await app.tab('State').click();
  await expect(panel).toContainText('What each command would get');
});

async function breakIt(app: App, what: Breakage): Promise<void> {
  await app.open();
  await app.button('Break something').click();
  await app.radio(new RegExp(`^${what}`)).check();
}

const lessons: { what: Breakage; title: RegExp; evidence: RegExp; code: RegExp }[] = [
  {
    what: 'Wrong password',
    title: /password|login|log in/i,
    evidence: /server: 535/,
    code: /^S: 535[ -]5\.7\.8/,
  },
  {
    what: 'Unknown recipient',
    title: /recipient|mailbox/i,
    evidence: /server: 550/,
    code: /^S: 550[ -]5\.1\.1/,
  },
  {
    what: 'Message too large',
    title: /large|big|size/i,
    evidence: /server: 552/,
    code: /^S: 552[ -]5\.[23]\.[34]/,
  },
];

for (const lesson of lessons) {
  test(`break something: ${lesson.what.toLowerCase()}`, async ({ app }) => {
    await breakIt(app, lesson.what);
    await app.send.click();
    await app.button('Last').click(); // leads to the reason first
    await app.expectLesson(lesson);
    await app.now.getByRole('button', { name: lesson.evidence }).click();
    await expect(app.bytes).toBeVisible();
    await expect(app.story.locator('li.selected')).toContainText(/5[35][0-9]/);
    const trace = await app.saveTrace();
    expect(trace.dialogue.filter((line) => lesson.code.test(line))).not.toEqual([]);
    expect(trace.outcome).toBe('failed');

    // Mended, the same message goes through.
    await app.button('Edit message').click();
    await app.radio(/^Nothing/).check();
    await app.send.click();
    await app.button('Last').click();
    await expect(app.delivered).toBeVisible();
  });
}

for (const [verb, outcome] of [
  ['EHLO', 'failed'],
  ['STARTTLS', 'failed'],
  ['AUTH', 'failed'],
  ['MAIL', 'failed'],
  ['RCPT', 'failed'],
  ['DATA', 'failed'],
  ['.', 'unknown'],
] as const) {
  test(`break something: the server hangs up after ${verb}`, async ({ app, page }) => {
    await breakIt(app, 'The server hangs up');
    await page.getByLabel('It hangs up').selectOption(verb);
    await app.send.click();
    await app.button('Last').click();
    await app.expectLesson({
      title: verb === '.' ? /before the server confirmed/ : /hung up|closed|ended/i,
      evidence: /\S/,
    });
    const trace = await app.saveTrace();
    expect(trace.outcome).toBe(outcome);
    expect(trace.find('closed')).toBeDefined();
  });
}
