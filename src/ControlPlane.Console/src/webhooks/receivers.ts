import dialectReceivers from '../../../../docs/dialect-receivers.md?raw';
import receiving from '../../../../docs/receiving.md?raw';

const languages: Record<string, string> = { js: 'Node', python: 'Python', csharp: 'C#' };

/** A receiver's code in one language. */
export interface Sample {
  language: string;
  code: string;
}

/** The code of receivers that the documentation has and the tests run, for a dialect with a shared secret or a key pair; empty if it has none. */
export function samplesFor(dialect: string, ed25519: boolean): Sample[] {
  if (ed25519) return codeOf(section(dialectReceivers, 'ed25519')).map(({ language, code }) => (
    { language, code: dialect === 'svix' ? code.replaceAll(/(?<=["'])webhook-/g, 'svix-') : code }));
  if (dialect === 'standard-webhooks') return codeOf(section(receiving, 'verifying'));
  // The same with other names of headers, for which their package exists.
  if (dialect === 'svix') return codeOf(section(receiving, 'verifying')).filter(({ language }) => language === 'Node')
    .map(({ language, code }) => ({ language, code: code.replace("'standardwebhooks'", "'svix'") }));
  return codeOf(section(dialectReceivers, dialect.replace(/-secret$/, '')));
}

function section(text: string, heading: string): string {
  const parts = text.split(/^## /m);
  return parts.find((part) => {
    const title = part.slice(0, part.indexOf('\n')).trim().toLowerCase();
    return title === heading || title.includes(`\`${heading}\``);
  }) ?? '';
}

const codeOf = (text: string): Sample[] => [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
  .filter(([, language]) => languages[language!])
  .map(([, language, code]) => ({ language: languages[language!]!, code: code!.trimEnd() }));
