// smtpscope-roots.pem: the authorities of Mozilla's programme, as Debian's package ca-certificates installs them, in one
// file that is the same on every build. Usage: node write-roots.mjs DIRECTORY [FOLDER]

import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, folder = '/usr/share/ca-certificates/mozilla'] = process.argv.slice(2);
const least = 100; // Mozilla's programme has had 110 to 170

const names = readdirSync(folder).filter((name) => name.endsWith('.crt')).sort();
const roots = names.flatMap((name) => {
  const found = readFileSync(join(folder, name), 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!found) throw new Error(`${join(folder, name)} holds no certificate`);
  return found;
});
for (const root of roots) new X509Certificate(root); // throws where one is damaged
const different = [...new Set(roots)];
if (different.length < least) throw new Error(`${folder} holds ${different.length} certificates, fewer than ${least}: is the package ca-certificates whole?`);
writeFileSync(join(directory, 'smtpscope-roots.pem'), `${different.join('\n')}\n`);
