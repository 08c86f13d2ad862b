// Dark or light: the reader's system decides until the reader does.

const key = 'smtpscope-theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

function stored(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system'; // storage may be forbidden; the theme then lasts as long as the page
  }
}

function apply(theme: Theme, button: HTMLButtonElement): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  const label = button.querySelector('span');
  if (label) label.textContent = `Theme: ${theme}`;
}

/** Makes the button go through system, light and dark. */
export function setUpTheme(button: HTMLButtonElement): void {
  let theme = stored();
  apply(theme, button);
  button.hidden = false;
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    apply(theme, button);
    try {
      localStorage.setItem(key, theme);
    } catch {
      // See stored().
    }
  });
}
