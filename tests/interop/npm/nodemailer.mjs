// The npm package nodemailer as a client: reads one JSON object, sends, prints one JSON object.
// In:  {transport: options of createTransport, message: options of sendMail}
// Out: {"accepted", "rejected", "response"} or {"code", "responseCode", "response", "command"}
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const nodemailer = createRequire(`${process.env.SMTPSCOPE_NPM}/`)('nodemailer');
const { transport, message } = JSON.parse(readFileSync(0, 'utf8'));
const mailer = nodemailer.createTransport(transport);
try {
  const { accepted, rejected, response } = await mailer.sendMail(message);
  console.log(JSON.stringify({ accepted, rejected, response }));
} catch ({ code, responseCode, response, command, message: text }) {
  console.log(JSON.stringify({ code, responseCode, response, command, text }));
} finally {
  mailer.close();
}
