import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Rules, Snapshot } from '../../core/types';
import { actionWords, replyWords, stateWords } from '../../text/words';
import { sharedStyles } from '../shared.styles';
import { shown } from '../text';
import { stateStyles } from './state.styles';

/** @summary Both machines: the state each is in, and what may come next by the core's rules. */
export class SmtpState extends LitElement {
  static override styles = [sharedStyles, stateStyles];

  @property({ attribute: false }) snapshot: Snapshot | undefined;
  /** Brings the tables that say what may come next. */
  @property({ attribute: false }) loadRules: (() => Promise<Rules>) | undefined;

  @state() private rules: Rules | undefined;
  @state() private trouble = '';

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('loadRules')) void this.load();
  }

  private async load(): Promise<void> {
    this.trouble = '';
    try {
      this.rules = await this.loadRules?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.trouble = `What may come next cannot be shown: ${why}. Check that the relay still runs, then open this tab again.`;
    }
  }

  override render(): TemplateResult {
    const { snapshot } = this;
    if (!snapshot)
      return html`<p class="empty">The state is worked out by the core, which is not loaded.</p>`;
    return html`
      <div class="machines">
        <section aria-labelledby="client-title">
          <h3 id="client-title" class="client">Client</h3>
          <p class="now">${machineState(snapshot.client)}</p>
          ${this.renderClient(snapshot)}
        </section>
        <section aria-labelledby="server-title">
          <h3 id="server-title" class="server">Server</h3>
          <p class="now">${machineState(snapshot.server)}</p>
          ${this.renderServer(snapshot)}
        </section>
      </div>
      ${this.trouble ? html`<p role="alert">${this.trouble}</p>` : nothing}
      ${this.renderKnown(snapshot)}
    `;
  }

  private renderClient(snapshot: Snapshot): TemplateResult | typeof nothing {
    if (!this.rules) return nothing;
    const rows = this.rules.client.filter((rule) => rule.phase === snapshot.client);
    if (rows.length === 0)
      return html`<p class="quiet">${snapshot.client === 'closed' ? 'The session is over for the client.' : 'No reply is awaited now.'}</p>`;
    return html`<table>
      <caption>What each reply would lead to</caption>
      <thead>
        <tr><th scope="col">Reply</th><th scope="col">Then the client will</th></tr>
      </thead>
      <tbody>
        ${rows.map(
          (rule) => html`<tr class=${rule.action === 'unexpected' || rule.class > 3 ? 'no' : 'yes'}>
            <th scope="row"><code>${replyWords(rule)}</code></th>
            <td>${actionWords(rule.action)} <span class="rfc">${rule.section}</span></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderServer(snapshot: Snapshot): TemplateResult | typeof nothing {
    if (!this.rules) return nothing;
    const rows = this.rules.server.filter((rule) => rule.state === snapshot.server);
    if (rows.length === 0)
      return html`<p class="quiet">${snapshot.server === 'closed' ? 'The session is over for the server.' : 'A line would not be read as a command now.'}</p>`;
    const accepted = rows.filter((rule) => rule.verdict === 'accept');
    const rejected = rows.filter((rule) => rule.verdict === 'reject');
    return html`<table>
      <caption>What each command would get</caption>
      <thead>
        <tr><th scope="col">Command</th><th scope="col">Then the server</th></tr>
      </thead>
      <tbody>
        ${accepted.map(
          (rule) => html`<tr class="yes">
            <th scope="row"><code>${rule.verb.toUpperCase()}</code></th>
            <td>may accept; then <code>${rule.next}</code> <span class="rfc">${rule.section}</span></td>
          </tr>`,
        )}
        ${rejected.map(
          (rule) => html`<tr class="no">
            <th scope="row"><code>${rule.verb === '?' ? 'anything else' : rule.verb.toUpperCase()}</code></th>
            <td><code>${rule.code}</code> ${shown(rule.text)} <span class="rfc">${rule.section}</span></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderKnown(snapshot: Snapshot): TemplateResult {
    const facts: [string, TemplateResult | string][] = [
      ['Connection', snapshot.connection],
      ['TLS', snapshot.tls ? snapshot.tls.version.replace(/^TLSv/, 'TLS ') : 'no'],
      [
        'Logged in',
        snapshot.authenticated ? `yes${snapshot.mechanism ? `, by ${snapshot.mechanism}` : ''}` : 'no',
      ],
    ];
    if (snapshot.reversePath !== undefined)
      facts.push(['Sender', html`<code>${shown(`<${snapshot.reversePath}>`)}</code>`]);
    if (snapshot.contentOctets > 0)
      facts.push(['Content sent', `${snapshot.contentOctets.toLocaleString('en')} bytes`]);
    return html`<section class="known" aria-labelledby="known-title">
      <h3 id="known-title">Known so far</h3>
      <dl>
        ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${typeof value === 'string' ? shown(value) : value}</dd></div>`)}
        ${snapshot.recipients.map(
          (recipient) => html`<div>
            <dt>Recipient</dt>
            <dd><code>${shown(recipient.path)}</code> ${recipient.state}${recipient.code ? ` (${recipient.code})` : ''}</dd>
          </div>`,
        )}
        ${
          snapshot.capabilities
            ? html`<div>
              <dt>Extensions</dt>
              <dd class="tags">${snapshot.capabilities.map((name) => html`<code>${shown(name)}</code>`)}</dd>
            </div>`
            : nothing
        }
      </dl>
    </section>`;
  }
}

/** The state's name, and in words where they differ. */
function machineState(name: string): TemplateResult {
  const words = stateWords(name);
  return html`<code>${shown(name)}</code>${words === name ? nothing : html`<span>${shown(words)}</span>`}`;
}
