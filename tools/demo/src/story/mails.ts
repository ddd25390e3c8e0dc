import { doors } from '@millrace/contracts';
import { expectThat, until } from '@millrace/testing/stories';
import { doubles, mailsIn, textOfMail, type Mail } from '../inbox';
import type { World } from '../world';
import { people } from './people';

/** Who is told of what, and words that the mail must have. */
const told = [
  { to: people.florian.mail, component: 'libflour', words: ['stone_dress', 'libbread', 'millrace build make'] },
  { to: people.quentin.mail, component: 'quern', words: ['millrace.run.functional', 'granary', 'millrace build make'] },
] as const;

/** Both maintainers have a mail that says what failed, who waits, and how to resume. */
export async function maintainersAreTold(world: World): Promise<readonly Mail[]> {
  world.view.chapter('3. Their maintainers are told');
  for (const { to, component, words } of told) {
    const mail = await until({ what: `a mail to ${to}`, seconds: 60, signal: world.signal }, () =>
      Promise.resolve(mailsIn(world.inbox).find((m) => m.to.includes(to) && m.subject.includes(component)) ?? null),
    );
    const text = textOfMail(world.inbox, mail);
    const missing = words.filter((word) => !text.includes(word));
    expectThat(missing.length === 0, `the mail about ${component} does not say: ${missing.join(', ')}`);
    world.view.say(`@ ${to} has: ${mail.subject}`);
  }
  return mailsIn(world.inbox);
}

/** Every mail was accepted once, and what the notifier believes to have delivered is what has come. */
export async function nobodyWasToldTwice(world: World): Promise<number> {
  const delivered = await until({ what: 'that no notice waits', seconds: 30, signal: world.signal }, async () => {
    const { notices } = await world.client.call(doors.notifier.notices, { limit: 500 });
    return notices.some((notice) => notice.state === 'waiting') ? null : notices.filter((n) => n.state === 'delivered');
  });
  const mails = mailsIn(world.inbox);
  const twice = doubles(mails);
  expectThat(twice.length === 0, `mails came twice: ${twice.map((mail) => mail.subject).join('; ')}`);
  const perFailure = new Set(mails.map((mail) => `${mail.to.join(',')} ${mail.subject}`));
  expectThat(perFailure.size === mails.length, 'somebody was told the same twice under different Message-IDs');
  // A database that was set back does not know of all mails since its copy.
  const known =
    delivered.length === mails.length || (world.config.crash === 'restore' && delivered.length < mails.length);
  expectThat(known, `${delivered.length} notices delivered, but ${mails.length} mails came`);
  return mails.length;
}
