// Watches everything a page does, and at the end of a test asks that nothing went wrong unnoticed.

import { type BrowserContext, expect } from '@playwright/test';

export class Witness {
  private readonly troubles: string[] = [];
  private readonly allowed: RegExp[] = [];
  /** Every line that the page wrote to its console. */
  readonly console: string[] = [];
  /** Every address that the page asked for. */
  readonly requests: string[] = [];

  constructor(context: BrowserContext, origin: () => string) {
    context.on('console', (message) => {
      this.console.push(message.text());
      if (message.type() === 'error' || message.type() === 'warning')
        this.troubles.push(`console ${message.type()}: ${message.text()} ${message.location().url}`);
    });
    context.on('weberror', (error) =>
      this.troubles.push(`uncaught: ${error.error().stack ?? error.error()}`),
    );
    context.on('requestfailed', (request) =>
      this.troubles.push(`request failed: ${request.url()} ${request.failure()?.errorText ?? ''}`),
    );
    context.on('response', (response) => {
      if (response.status() >= 400) this.troubles.push(`HTTP ${response.status()}: ${response.url()}`);
    });
    context.on('request', (request) => {
      const url = request.url();
      this.requests.push(url);
      if (!/^(blob|data):/.test(url) && new URL(url).origin !== origin())
        this.troubles.push(`a request left the relay: ${url}`);
    });
  }

  /** Violations of the Content-Security-Policy are troubles too, with what was blocked. */
  async watchPolicy(context: BrowserContext): Promise<void> {
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) =>
        console.error(
          `policy violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`,
        ),
      );
    });
  }

  /** A trouble that this test provokes. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  /** Fails when something went wrong that the test did not announce. */
  conclude(): void {
    const unexpected = this.troubles.filter(
      (trouble) => !this.allowed.some((pattern) => pattern.test(trouble)),
    );
    expect(unexpected, 'no console error, policy violation or failed request').toEqual([]);
  }
}
