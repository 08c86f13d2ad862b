// The server's certificates, each with all that it says.

import { html, nothing, type TemplateResult } from 'lit';
import type { Certificate } from '../../core/types';
import { nameFits, pairs, type SeenCertificates } from '../../trace/certificates';
import { icon } from '../icon';
import { shown } from '../text';

const day = (date: string | undefined) => (date ?? '').slice(0, 10);

function renderNames(names: readonly string[], host: string): TemplateResult {
  const fitting = names.find((name) => nameFits(name, host));
  return html`${names.map((name, i) => {
    const text = html`${i > 0 ? ', ' : ''}<code>${shown(name)}</code>`;
    return name === fitting
      ? html`<span class="fits">${text} ${icon('check')}<span class="vh">fits the server’s name</span></span>`
      : text;
  })}`;
}

/** Where a certificate says what it was refused for. */
const faultyRow: Record<string, string> = {
  expired: 'Valid',
  not_yet_valid: 'Valid',
  name_mismatch: 'For',
  no_host_names: 'For',
  self_signed: 'Issued by',
  unknown_authority: 'Issued by',
  incomplete_chain: 'Issued by',
};

/** `fault`: why it was refused, where it was. */
function renderOne(certificate: Certificate, host: string, fault: string | undefined): TemplateResult {
  const { names, key, signature, serial, sha256 } = certificate;
  const rows: [string, TemplateResult | string | undefined][] = [
    ['Issued by', html`${shown(certificate.issuer)}`],
    ['For', names?.length > 0 ? renderNames(names, host) : fault === 'no_host_names' ? 'no host' : undefined],
    ['Valid', html`${shown(day(certificate.notBefore))} to ${shown(day(certificate.notAfter))}`],
    ['Key', key],
    ['Signature', signature],
    ['Serial number', serial && pairs(serial)],
    ['SHA-256', sha256 && pairs(sha256)],
  ];
  const faulty = faultyRow[fault ?? ''];
  return html`<li class=${fault === undefined ? '' : 'refused'}>
    <b>${shown(certificate.subject)}</b>
    ${fault === undefined ? nothing : html`<span class="at">${icon('alert')}here it fails</span>`}
    <dl>
      ${rows.map(([name, value]) =>
        value
          ? html`<div class=${name === faulty ? 'faulty' : ''}><dt>${name}</dt><dd>${typeof value === 'string' ? shown(value) : value}</dd></div>`
          : nothing,
      )}
    </dl>
  </li>`;
}

/** `host`: the name that was meant. `anchor`: the authority that was trusted already. */
export function certificateList(
  seen: SeenCertificates,
  host: string,
  anchor: string | undefined,
): TemplateResult {
  const { list, refused, failing, reason, unverified } = seen;
  const which = refused
    ? 'Certificates that were refused'
    : unverified
      ? 'Certificates that nobody vouches for'
      : 'Certificates';
  return html`<section aria-labelledby="chain-title">
    <h3 id="chain-title">${which}, from the server up</h3>
    <ol class="chain ${unverified ? 'unverified' : ''}">
      ${list.map((certificate, i) =>
        renderOne(certificate, host, refused && i === (failing ?? 0) ? (reason ?? '') : undefined),
      )}
    </ol>
    ${anchor ? html`<p class="anchor">${icon('shield')}<span>Trusted already: <b>${shown(anchor)}</b></span></p>` : nothing}
  </section>`;
}
