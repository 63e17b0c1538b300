// Catches the mail that the function app of this machine sends, keeps the newest in memory, and shows it.
// smtp-server and postal-mime rather than maildev: that one has some 270 packages, of which some want a newer Node.js than 20.
// usage: node catcher.mjs <smtp port> <http port>; 0 is any free one. It ends when its standard input does.
import { createServer } from 'node:http';
import { SMTPServer } from 'smtp-server';
import PostalMime from 'postal-mime';

const kept = 500;
const mails = [];
let last = 0;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  onAuth: (auth, session, done) => done(null, { user: auth.username }),
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('end', async () => {
      const raw = Buffer.concat(chunks);
      const mail = await PostalMime.parse(raw);
      mails.unshift({
        id: ++last,
        at: new Date().toISOString(),
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map(to => to.address),
        subject: mail.subject ?? '',
        messageId: mail.messageId ?? '',
        text: mail.text ?? '',
        html: mail.html ?? '',
        raw: raw.toString('latin1'),
      });
      mails.length = Math.min(mails.length, kept);
      done();
    });
  },
});

const escape = text => text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);

const style = `
  :root { color-scheme: light dark; } body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); vertical-align: top; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } iframe { width: 100%; height: 24rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); background: white; }`;

const page = (title, body) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${style}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`;

const list = () => page('Caught mail', mails.length === 0
  ? '<p>None yet. Mail that the function app sends is caught here and goes nowhere else.</p>'
  : `<table><thead><tr><th scope="col">When</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead><tbody>${mails.map(mail =>
    `<tr><td>${mail.at.slice(0, 19).replace('T', ' ')} UTC</td><td>${escape(mail.to.join(', '))}</td><td><a href="/mails/${mail.id}">${escape(mail.subject)}</a></td></tr>`).join('')}</tbody></table>`);

// What a mail holds runs nothing here: it is shown in a frame that may do nothing.
const one = mail => page(mail.subject, `
  <p>To ${escape(mail.to.join(', '))}, ${mail.at.slice(0, 19).replace('T', ' ')} UTC. <a href="/">All mail</a>, <a href="/mails/${mail.id}/raw">as it came</a></p>
  ${mail.html ? `<iframe title="The mail as a page" sandbox srcdoc="${escape(mail.html)}"></iframe>` : ''}<h2>As text</h2><pre>${escape(mail.text)}</pre>`);

const http = createServer((request, response) => {
  const [, name, id, part] = new URL(request.url, 'http://localhost').pathname.split('/');
  const mail = mails.find(one => `${one.id}` === id);
  const answer = (status, type, body) => response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" }).end(body);
  if (name === '') return answer(200, 'text/html', list());
  if (name === 'mails.json') return answer(200, 'application/json', JSON.stringify(mails.map(({ raw, ...shown }) => shown)));
  if (name === 'mails' && mail && part === 'raw') return answer(200, 'text/plain', mail.raw);
  if (name === 'mails' && mail) return answer(200, 'text/html', one(mail));
  return answer(404, 'text/plain', 'There is no such mail.');
});

const [smtpPort, httpPort] = process.argv.slice(2).map(Number);
smtp.listen(smtpPort, '127.0.0.1', () => http.listen(httpPort, '127.0.0.1', () => console.log(`smtp ${smtp.server.address().port} http ${http.address().port}`)));
process.stdin.on('end', () => process.exit()).resume();
