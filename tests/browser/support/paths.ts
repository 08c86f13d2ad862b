import { join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '../../..');

/** The native program. */
export const program = resolve(process.env['SMTPSCOPE_BIN'] ?? join(projectRoot, 'build/native/smtpscope'));

/** The built page. */
export const webDirectory = resolve(process.env['SMTPSCOPE_WEB_DIR'] ?? join(projectRoot, 'build/web'));
