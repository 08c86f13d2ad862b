import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { mechanismNamed, mechanismsFor } from '../../page/mechanisms';
import type { RelayConfig } from '../../page/relay-api';
import type { Breakage, Target, TlsChoice } from '../../page/send-request';
import { focusOn } from '../focus';
import { formStyles } from '../form.styles';
import { icon } from '../icon';
import { sharedStyles } from '../shared.styles';
import { destinationStyles } from './destination.styles';
import { checkBox, fieldNote, secretField, textField } from './fields';
import { presetIcons, tlsNames } from './labels';
import {
  hostProblem,
  mailboxPort,
  type PresetName,
  portFor,
  portProblem,
  presets,
  type ServerChoice,
  serverOf,
  tlsTerms,
} from './presets';
import { breakageChoice, latencyField } from './simulated';

type Field = 'relay-token' | 'host' | 'port' | 'user' | 'password';

/**
 * @summary Where a message goes: in this page, to the relay's mailbox, to Gmail or to another server; the login;
 *   and, in this page, what goes wrong on purpose.
 * @event smtp-destination - Preset or user changed; the properties `preset` and `user` say to what.
 */
export class SmtpDestination extends LitElement {
  static override styles = [sharedStyles, formStyles, destinationStyles];

  /** What the relay offers; undefined while unknown, null when no relay answers. */
  @property({ attribute: false }) relay: RelayConfig | null | undefined;

  @state() private chosen: PresetName = 'page';
  @state() private choice: ServerChoice = serverOf('page', undefined);
  @state() private mailboxTls: 'starttls' | 'implicit' = 'starttls';
  @state() private cleartextAuth = false;
  @state() private forget = false;
  @state() private breakage: Breakage = 'nothing';
  @state() private hangUpAfter = 'MAIL';
  @state() private latencyMs = 40;
  @state() private showPassword = false;
  @state() private relayToken = '';
  @state() private showRelayToken = false;
  @state() private problems: Partial<Record<Field, string>> = {};

  /** Kept while it is not shown: what was typed about trust is still there when the reader comes back to it. */
  private readonly tlsPlace = document.createElement('smtp-tls-place');

  get preset(): PresetName {
    return this.chosen;
  }

  get user(): string {
    return this.choice.user;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('relay') && this.chosen === 'mailbox') this.choose('mailbox');
    const { forced, only, own } = tlsTerms(this.chosen, this.choice, this.relay);
    Object.assign(this.tlsPlace, { forced, only, own });
    // A login can be tied to TLS only where the page makes it.
    if (mechanismNamed(this.choice.mechanism)?.bound && !this.tlsInPage())
      this.choice = { ...this.choice, mechanism: '' };
  }

  /** Chooses a preset and fills in what it knows. */
  choose(preset: PresetName): void {
    this.chosen = preset;
    this.choice = serverOf(preset, this.relay?.mailbox);
    if (preset === 'mailbox') this.chooseMailboxTls(this.mailboxTls);
    this.problems = {};
    this.changed();
  }

  /** Chooses the simulated server with the first thing that can break. */
  chooseBreakage(): void {
    this.choose('page');
    this.breakage = 'password';
    focusOn(this, 'input[name="breakage"]:checked');
  }

  /** Chooses a real server. */
  chooseServer(): void {
    this.choose(this.relay?.mailbox ? 'mailbox' : 'gmail-465');
    focusOn(this, 'input[name="preset"]:checked');
  }

  /** A session has ended: forgets the password if the reader asked for that. */
  sessionEnded(): void {
    if (this.forget) this.choice = { ...this.choice, password: '' };
    this.tlsPlace.sessionEnded();
  }

  /** Shows at their fields what is missing or wrong. Returns whether all is well; if not, focus is on the first. */
  check(): boolean {
    const { choice } = this;
    const problems: Partial<Record<Field, string>> = {};
    const note = (field: Field, problem: string | undefined) => {
      if (problem) problems[field] = problem;
    };
    if (this.chosen !== 'page' && this.relay?.auth)
      note('relay-token', this.relayToken.trim() ? undefined : 'This relay asks for a token.');
    if (this.chosen === 'other') {
      note('host', hostProblem(choice.host.trim()));
      note('port', portProblem(choice.port));
    }
    if (this.chosen !== 'page' && choice.login) {
      note('user', choice.user.trim() ? undefined : 'Type the name you log in with.');
      note('password', choice.password ? undefined : 'Type the password.');
    }
    this.problems = problems;
    const trusted = !this.asksTlsPlace() || this.tlsPlace.check();
    const first = Object.keys(problems)[0];
    if (first) focusOn(this, `#${first}`);
    return first === undefined && trusted;
  }

  /** Where the message is to go. */
  target(): Target {
    const { choice } = this;
    const mechanism = choice.mechanism || undefined;
    if (this.chosen === 'page')
      return {
        kind: 'simulated',
        tls: choice.tls,
        mechanism: choice.login || this.breakage === 'password' ? (mechanism ?? 'PLAIN') : undefined,
        latencyMs: this.latencyMs,
        breakage: this.breakage,
        hangUpAfter: this.hangUpAfter,
      };
    // Google shows app passwords in four groups; the spaces are no part of them.
    const password = this.chosen.startsWith('gmail') ? choice.password.replace(/\s/g, '') : choice.password;
    return {
      kind: 'live',
      host: choice.host.trim(),
      port: choice.port,
      tls: choice.tls,
      place: this.asksTlsPlace() ? this.tlsPlace.choice() : { where: 'relay' },
      auth: choice.login ? { user: choice.user.trim(), secret: password, mechanism } : undefined,
      cleartextAuth: choice.tls === 'never' && this.cleartextAuth,
      mailbox: this.chosen === 'mailbox',
      relayToken: this.relay?.auth ? this.relayToken.trim() : undefined,
    };
  }

  private changed(): void {
    this.dispatchEvent(new CustomEvent('smtp-destination', { bubbles: true, composed: true }));
  }

  override render(): TemplateResult {
    return html`${this.renderPresets()} ${this.chosen === 'page' ? this.renderSimulated() : this.renderServer()}`;
  }

  private renderPresets(): TemplateResult {
    return html`<fieldset class="presets">
      <legend class="vh">Server</legend>
      ${presets.map(
        (preset) => html`<label class="preset ${preset.name === this.chosen ? 'on' : ''}">
          <input
            type="radio"
            name="preset"
            value=${preset.name}
            .checked=${live(preset.name === this.chosen)}
            @change=${() => this.choose(preset.name)}
          />
          ${icon(presetIcons[preset.name])}
          <span><b>${preset.title}</b><small>${preset.note}</small></span>
        </label>`,
      )}
    </fieldset>`;
  }

  private renderSimulated(): TemplateResult {
    return html`
      <p class="mode-line">
        <smtp-mode mode="simulated"></smtp-mode>
        <span>Client and server both run in this page, with a make-believe user and password.</span>
      </p>
      ${breakageChoice(this.breakage, this.hangUpAfter, {
        breakage: (breakage) => {
          this.breakage = breakage;
        },
        hangUpAfter: (verb) => {
          this.hangUpAfter = verb;
        },
      })}
      <details>
        <summary>Encryption, login and distance</summary>
        ${this.renderTlsChoice()} ${this.renderMechanism()}
        ${latencyField(this.latencyMs, (ms) => {
          this.latencyMs = ms;
        })}
      </details>
    `;
  }

  private renderServer(): TemplateResult {
    return html`
      <p class="mode-line">
        <smtp-mode mode="live"></smtp-mode>
        <span>${this.renderRelayLine()}</span>
      </p>
      ${this.relay?.auth ? this.renderRelayToken() : nothing}
      ${
        this.chosen === 'other'
          ? this.renderFreeServer()
          : this.chosen === 'mailbox'
            ? this.renderMailbox()
            : html`<p class="server">
                <code>${this.choice.host}:${this.choice.port}</code>,
                ${this.choice.tls === 'implicit' ? 'implicit TLS' : 'STARTTLS'}
              </p>`
      }
      ${this.asksTlsPlace() ? html`<div @smtp-tls-place=${this.onTlsPlace}>${this.tlsPlace}</div>` : nothing}
      ${this.chosen === 'other' ? this.renderLoginChoice() : nothing}
      ${this.choice.login ? this.renderLogin() : nothing}
    `;
  }

  private onTlsPlace(): void {
    this.requestUpdate();
    this.changed();
  }

  /** Whether there is TLS for which somebody has to be chosen. */
  private asksTlsPlace(): boolean {
    return this.chosen !== 'page' && this.choice.tls !== 'never';
  }

  private tlsInPage(): boolean {
    return this.asksTlsPlace() && this.tlsPlace.where === 'page';
  }

  private renderRelayLine(): TemplateResult {
    if (this.relay === undefined) return html`Looking for the relay …`;
    if (this.relay === null)
      return html`No relay answers here. Start it with <code>./relay/run</code> and open the address it prints.`;
    return html`A real session, through the relay at <code>${new URL(document.baseURI).host}</code>.`;
  }

  private renderMailbox(): TemplateResult {
    return html`<fieldset class="choice">
      <legend>Encryption</legend>
      ${(['starttls', 'implicit'] as const).map(
        (tls) => html`<label>
          <input
            type="radio"
            name="mailbox-tls"
            value=${tls}
            .checked=${live(this.mailboxTls === tls)}
            @change=${() => this.chooseMailboxTls(tls)}
          />
          ${tls === 'starttls' ? 'STARTTLS' : 'Implicit TLS'}, port ${mailboxPort(this.relay, tls)}
        </label>`,
      )}
    </fieldset>`;
  }

  private renderFreeServer(): TemplateResult {
    const { port } = this.problems;
    return html`
      <div class="pair">
        ${this.renderText('host', 'Host')}
        <div class="field ${port ? 'wrong' : ''}">
          <label for="port">Port</label>
          <input
            id="port"
            type="number"
            min="1"
            max="65535"
            aria-invalid=${port ? 'true' : 'false'}
            aria-describedby="port-note"
            .value=${live(String(this.choice.port))}
            @input=${(event: Event) => {
              this.choice = { ...this.choice, port: Number((event.target as HTMLInputElement).value) };
            }}
          />
          ${fieldNote('port', this.problems.port)}
        </div>
      </div>
      ${this.renderTlsChoice()}
    `;
  }

  private renderTlsChoice(): TemplateResult {
    return html`<div class="field">
      <label for="tls">Encryption</label>
      <select id="tls" @change=${(event: Event) => this.chooseTls((event.target as HTMLSelectElement).value as TlsChoice)}>
        ${(Object.keys(tlsNames) as TlsChoice[]).map(
          (tls) => html`<option value=${tls} ?selected=${tls === this.choice.tls}>${tlsNames[tls]}</option>`,
        )}
      </select>
    </div>`;
  }

  private renderMechanism(): TemplateResult {
    const simulated = this.chosen === 'page';
    const value = simulated && !this.choice.login ? 'none' : this.choice.mechanism;
    const named = mechanismsFor(this.tlsInPage()).map(({ name, title }): [string, string] => [name, title]);
    const options: [string, string][] = simulated
      ? [...named, ['none', 'No login']]
      : [['', 'Strongest that the server offers'], ...named];
    return html`<div class="field">
      <label for="mechanism">${simulated ? 'Login' : 'Mechanism'}</label>
      <select id="mechanism" @change=${this.onMechanism}>
        ${options.map(([name, title]) => html`<option value=${name} ?selected=${name === value}>${title}</option>`)}
      </select>
    </div>`;
  }

  private renderLoginChoice(): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${live(this.choice.login)}
        @change=${(event: Event) => {
          this.choice = { ...this.choice, login: (event.target as HTMLInputElement).checked };
        }}
      />
      Log in (AUTH)
    </label>`;
  }

  private renderLogin(): TemplateResult {
    const gmail = this.chosen.startsWith('gmail');
    return html`
      <div class="pair even">
        ${this.renderText('user', gmail ? 'Your Gmail address' : 'User name')} ${this.renderPassword(gmail)}
      </div>
      ${checkBox('Forget the password after the session', this.forget, (on) => {
        this.forget = on;
      })}
      ${gmail ? nothing : this.renderMechanism()}
      ${
        this.chosen === 'other' && this.choice.tls === 'never'
          ? checkBox(
              'Send the password without encryption, where others can read it',
              this.cleartextAuth,
              (on) => {
                this.cleartextAuth = on;
              },
              'warn',
            )
          : nothing
      }
    `;
  }

  private renderText(field: 'host' | 'user', label: string): TemplateResult {
    const handlers = { input: this.onText(field), change: () => this.changed() };
    return textField(field, label, this.choice[field], this.problems[field], handlers);
  }

  /** It lives in this element's memory only. */
  private renderPassword(gmail: boolean): TemplateResult {
    const token = mechanismNamed(this.choice.mechanism)?.token === true;
    const hint =
      gmail && !token
        ? 'Not your account password: 16 letters, made in your Google account once 2-Step Verification is on.'
        : 'Kept in this tab only, never stored; masked in the trace.';
    return secretField(
      'password',
      token ? 'Access token' : gmail ? 'App password' : 'Password',
      this.choice.password,
      { problem: this.problems.password, hint },
      this.showPassword,
      {
        input: this.onText('password'),
        show: (shown) => {
          this.showPassword = shown;
        },
      },
    );
  }

  /** Who may use the relay at all; no part of the session, and not in its trace. */
  private renderRelayToken(): TemplateResult {
    const hint = 'From whoever runs this relay. Kept in this tab only, never stored.';
    return secretField(
      'relay-token',
      'Token of the relay',
      this.relayToken,
      { problem: this.problems['relay-token'], hint },
      this.showRelayToken,
      {
        input: (event: Event) => {
          this.relayToken = (event.target as HTMLInputElement).value;
          this.solved('relay-token');
        },
        show: (shown) => {
          this.showRelayToken = shown;
        },
      },
    );
  }

  private onText(field: 'host' | 'user' | 'password') {
    return (event: Event) => {
      this.choice = { ...this.choice, [field]: (event.target as HTMLInputElement).value };
      this.solved(field);
    };
  }

  private solved(field: Field): void {
    const { [field]: _, ...others } = this.problems;
    this.problems = others;
  }

  private chooseMailboxTls(tls: 'starttls' | 'implicit'): void {
    this.mailboxTls = tls;
    this.choice = { ...this.choice, tls, port: mailboxPort(this.relay, tls) };
  }

  private chooseTls(tls: TlsChoice): void {
    this.choice = { ...this.choice, tls, port: portFor(tls, this.choice.port) };
  }

  private onMechanism(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    const mechanism = mechanismNamed(value)?.name ?? '';
    this.choice =
      this.chosen === 'page'
        ? { ...this.choice, login: value !== 'none', mechanism: mechanism || 'PLAIN' }
        : { ...this.choice, mechanism };
  }
}
