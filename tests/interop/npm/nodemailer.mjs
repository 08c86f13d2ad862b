// The npm package nodemailer as a client: reads one JSON object, sends, prints one JSON object.
// In:  {transport: options of createTransport, message: options of sendMail}
// Out: {"accepted", "rejected", "response"} or {"code", "responseCode", "response", "command"}, and "said": the lines
//      of both sides as its own log has them, "C: …" and "S: …", logins masked by itself
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const nodemailer = createRequire(`${process.env.SMTPSCOPE_NPM}/`)('nodemailer');
const { transport, message } = JSON.parse(readFileSync(0, 'utf8'));
const said = [];
const note = ({ tnx }, text) => {
  if (tnx === 'client' || tnx === 'server') said.push(`${tnx[0].toUpperCase()}: ${text}`);
};
const logger = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, note]));
const mailer = nodemailer.createTransport({ ...transport, logger, debug: true });
try {
  const { accepted, rejected, response } = await mailer.sendMail(message);
  console.log(JSON.stringify({ accepted, rejected, response, said }));
} catch ({ code, responseCode, response, command, message: text }) {
  console.log(JSON.stringify({ code, responseCode, response, command, text, said }));
} finally {
  mailer.close();
}
