import { expect, test } from './support/test';

const user = 'ada@example.org';
const password = 'Kieselstein-47-äß';
test.use({ relayOptions: { arguments: ['--user', `${user}:${password}`] } });

/** Everything in which the password would be readable. */
const forms = [
  password,
  encodeURIComponent(password),
  Buffer.from(password).toString('base64'),
  Buffer.from(`\0${user}\0${password}`).toString('base64'),
  Buffer.from(password).toString('latin1'),
];

function expectNoSecret(where: string, text: string): void {
  for (const form of forms) expect(text.includes(form), `the password in ${where}`).toBe(false);
}

for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
  test(`the password is nowhere after a login by ${mechanism}`, async ({ app, page, relay, witness }) => {
    await app.compose();
    await app.chooseServer({
      host: '127.0.0.1',
      port: relay.smtpPort,
      tls: 'starttls',
      user,
      password,
      mechanism,
    });
    await app.fill({ from: user, to: user });
    await app.sendForReal();
    await app.ended();
    await expect(app.delivered).toBeVisible();
    await expect(app.story).toContainText('AUTH');

    const trace = await app.saveTrace();
    const [said] = trace.dialogue.filter((line) => line.startsWith(`C: AUTH ${mechanism}`));
    expect(said).toBeDefined();
    expectNoSecret('the saved trace', trace.file.toString());
    expectNoSecret('the saved message', (await app.saveMessage()).toString());

    for (const tab of ['Bytes', 'Message', 'State', 'Security'] as const) {
      await app.tab(tab).click();
      expectNoSecret(`the document, ${tab}`, await documentText());
    }
    await app.entry(/secret masked/).click();
    await expect(app.now).toContainText('asterisks');
    expectNoSecret('the document', await documentText());

    expectNoSecret('the address', page.url());
    expectNoSecret('requests', witness.requests.join('\n'));
    expectNoSecret('the console', witness.console.join('\n'));
    expectNoSecret('the log of the relay', relay.log);
    expect(relay.log.includes(user), 'a mail address in the log of the relay').toBe(false);
    expectNoSecret('storage', await page.evaluate(storage));

    async function documentText(): Promise<string> {
      return page.evaluate(() => {
        // The whole document with its shadow trees; a field's value is no part of it.
        const markup = (root: Document | ShadowRoot): string =>
          [...root.querySelectorAll('*')].reduce(
            (text, element) => (element.shadowRoot ? `${text}${markup(element.shadowRoot)}` : text),
            root instanceof Document ? root.documentElement.outerHTML : root.innerHTML,
          );
        return markup(document);
      });
    }
  });
}

async function storage(): Promise<string> {
  const databases = await indexedDB.databases();
  const caches_ = 'caches' in globalThis ? await caches.keys() : [];
  return JSON.stringify([
    { ...localStorage },
    { ...sessionStorage },
    document.cookie,
    history.state,
    window.name,
    databases,
    caches_,
  ]);
}

test('only the theme is ever stored', async ({ app, page, relay }) => {
  await app.compose();
  await app.chooseServer({ host: '127.0.0.1', port: relay.smtpsPort, tls: 'implicit', user, password });
  await app.fill({ from: user, to: user });
  await app.sendForReal();
  await app.ended();
  await app.button(/^Theme/).click();
  const kept = await page.evaluate(() => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
  }));
  expect(kept).toEqual({ local: ['smtpscope-theme'], session: [] });
});

test('the password can be forgotten with the session', async ({ app, page, relay }) => {
  await app.compose();
  await app.chooseServer({ host: '127.0.0.1', port: relay.smtpPort, tls: 'starttls', user, password });
  await app.fill({ from: user, to: user });
  await page.getByRole('checkbox', { name: /^Forget the password/ }).check();
  await app.sendForReal();
  await app.ended();
  await app.button('Edit message').click();
  await expect(app.password).toHaveValue('');
});

test('no browser is asked to remember the password', async ({ app, relay }) => {
  await app.compose();
  await app.chooseServer({ host: '127.0.0.1', port: relay.smtpPort, tls: 'starttls', user, password });
  await expect(app.password).toHaveAttribute('type', 'password');
  await expect(app.password).toHaveAttribute('autocomplete', 'off');
  await expect(app.password).not.toHaveAttribute('name', /./);
  await app.button('Show password').click();
  await expect(app.password).toHaveAttribute('type', 'text');
});
