import { signal } from '@preact/signals';
import { isPortal } from './session';

/** What the portal is called. */
export const portalName = signal('Webhooks');

/** Gives the portal the name and the colour that the server has for it. Without them it looks like the console. */
export async function loadSettings() {
  if (!isPortal) return;
  try {
    const { name, accent } = await (await fetch('./settings.json')).json() as { name: string; accent: string | null };
    portalName.value = name;
    if (accent) paint(accent);
  } catch {
    // The page still works; the sign-in says it if the server is not there.
  }
}

function paint(accent: string) {
  const style = document.documentElement.style;
  style.setProperty('--heading', accent);
  style.setProperty('--on-heading', luminance(accent) > 0.179 ? '#000' : '#fff');
}

/** The relative luminance of WCAG: above 0.179 black has the greater contrast, below it white. */
function luminance(accent: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(accent.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
