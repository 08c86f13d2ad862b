// Icons drawn inline, in the manner and on the 24 px grid of Lucide (ISC licence). Always decoration:
// the word beside an icon, or the label of its button, says what it means.

import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

const shapes = {
  alert: svg`<path d="m12 3 10 17H2z"/><path d="M12 9v5M12 17h.01"/>`,
  back: svg`<path d="m15 18-6-6 6-6"/>`,
  check: svg`<path d="M20 6 9 17l-5-5"/>`,
  'check-circle': svg`<circle cx="12" cy="12" r="10"/><path d="m8.5 12 2.5 2.5 4.5-5"/>`,
  'chevron-down': svg`<path d="m6 9 6 6 6-6"/>`,
  close: svg`<path d="M18 6 6 18M6 6l12 12"/>`,
  contrast: svg`<circle cx="12" cy="12" r="9"/><path d="M12 3v18a9 9 0 0 0 0-18z" fill="currentColor"/>`,
  download: svg`<path d="M12 3v12m-5-5 5 5 5-5M4 21h16"/>`,
  external: svg`<path d="M15 3h6v6M10 14 21 3M19 14v6a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h6"/>`,
  eye: svg`<path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7z"/><circle cx="12" cy="12" r="3"/>`,
  'eye-off': svg`<path d="M10.6 5.1A10 10 0 0 1 12 5c6.4 0 10 7 10 7a17 17 0 0 1-2.4 3.3M6.6 6.6A17 17 0 0 0 2 12s3.6 7 10 7a9.7 9.7 0 0 0 5.4-1.6M9.9 9.9a3 3 0 0 0 4.2 4.2M2 2l20 20"/>`,
  first: svg`<path d="m19 19-9-7 9-7zM5 5v14"/>`,
  flask: svg`<path d="M9 3h6M10 3v6.5L4.6 18a2 2 0 0 0 1.7 3h11.4a2 2 0 0 0 1.7-3L14 9.5V3M7.5 15h9"/>`,
  folder: svg`<path d="M4 20a2 2 0 0 1-2-2V5a1 1 0 0 1 1-1h6l2 3h9a1 1 0 0 1 1 1v2M4 20h15l3-9H7z"/>`,
  help: svg`<circle cx="12" cy="12" r="10"/><path d="M9.1 9a3 3 0 0 1 5.8 1c0 2-2.9 2.4-2.9 4M12 17.5h.01"/>`,
  image: svg`<rect x="3" y="3" width="18" height="18" rx="2"/><circle cx="9" cy="9" r="2"/><path d="m21 15-4-4L6 21"/>`,
  inbox: svg`<path d="M22 12h-6l-2 3h-4l-2-3H2M5.5 5.1 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.5-6.9A2 2 0 0 0 16.8 4H7.2a2 2 0 0 0-1.7 1.1z"/>`,
  info: svg`<circle cx="12" cy="12" r="10"/><path d="M12 16v-5M12 8h.01"/>`,
  last: svg`<path d="m5 5 9 7-9 7zM19 5v14"/>`,
  key: svg`<circle cx="7.5" cy="15.5" r="5"/><path d="m11 12 9.5-9.5M16 7l3.5 3.5"/>`,
  laptop: svg`<rect x="4" y="4" width="16" height="11" rx="2"/><path d="M2 20h20"/>`,
  link: svg`<path d="M4 12h16M15 7l5 5-5 5"/>`,
  lock: svg`<rect x="4" y="11" width="16" height="10" rx="2"/><path d="M8 11V7a4 4 0 0 1 8 0v4"/>`,
  'lock-open': svg`<rect x="4" y="11" width="16" height="10" rx="2"/><path d="M8 11V7a4 4 0 0 1 7.8-1.2"/>`,
  mail: svg`<rect x="2" y="4" width="20" height="16" rx="2"/><path d="m22 7-10 6L2 7"/>`,
  moon: svg`<path d="M12 3a6 6 0 0 0 9 9 9 9 0 1 1-9-9z"/>`,
  paperclip: svg`<path d="m21 11-9 9a5.6 5.6 0 0 1-8-8l9-9a3.8 3.8 0 0 1 5.4 5.400l-9 9a1.9 1.9 0 0 1-2.7-2.700l8.3-8.3"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  pen: svg`<path d="M12 20h9M16.5 3.500a2.1 2.1 0 0 1 3 3L7 19l-4 1 1-4z"/>`,
  play: svg`<path d="m7 4 13 8-13 8z"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  radio: svg`<circle cx="12" cy="12" r="2"/><path d="M7.8 16.200a6 6 0 0 1 0-8.400M16.2 7.800a6 6 0 0 1 0 8.400M4.9 19.100a10 10 0 0 1 0-14.200M19.1 4.900a10 10 0 0 1 0 14.2"/>`,
  replay: svg`<path d="M3 12a9 9 0 1 0 3-6.700L3 8M3 3v5h5"/>`,
  route: svg`<circle cx="5" cy="12" r="2"/><circle cx="19" cy="12" r="2"/><path d="M7 12h10"/>`,
  search: svg`<circle cx="11" cy="11" r="7"/><path d="m21 21-5-5"/>`,
  send: svg`<path d="m22 2-7 20-4-9-9-4zM22 2 11 13"/>`,
  server: svg`<rect x="3" y="3" width="18" height="7" rx="2"/><rect x="3" y="14" width="18" height="7" rx="2"/><path d="M7 6.500h.01M7 17.500h.01"/>`,
  shield: svg`<path d="M12 22s8-3 8-10V5l-8-3-8 3v7c0 7 8 10 8 10z"/>`,
  step: svg`<path d="m9 18 6-6-6-6"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="1"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2v2M12 20v2M4.9 4.900l1.4 1.400M17.7 17.700l1.4 1.400M2 12h2M20 12h2M4.9 19.100l1.4-1.400M17.7 6.300l1.4-1.4"/>`,
  trash: svg`<path d="M3 6h18M8 6V4h8v2M19 6l-1 15H6L5 6M10 11v6M14 11v6"/>`,
  unplug: svg`<path d="m19 5 3-3M2 22l3-3M6.3 20.300a2.4 2.4 0 0 0 3.4 0L12 18l-6-6-2.3 2.300a2.4 2.4 0 0 0 0 3.400zM7.5 13.5 10 11M10.5 16.5 13 14M12 6l6 6 2.3-2.300a2.4 2.4 0 0 0 0-3.400l-2.6-2.600a2.4 2.4 0 0 0-3.4 0z"/>`,
  'x-circle': svg`<circle cx="12" cy="12" r="10"/><path d="m15 9-6 6M9 9l6 6"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof shapes;

/** An icon of 1.15 em, in the colour of the text. */
export function icon(name: IconName): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="18"
    height="18"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shapes[name]}
  </svg>`;
}
