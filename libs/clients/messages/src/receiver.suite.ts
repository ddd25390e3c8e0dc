import { eventually } from '@millrace/testing';
import { receive, type Receiver } from './receiver';
import { longestMessage, type ForeignMessage } from './schema';
import type { ReceiverSettings } from './settings';

export interface Published {
  readonly topic: string;
  readonly id: string;
  readonly body: string;
}

/** A broker that keeps what nobody has settled. */
export interface SuiteBroker {
  readonly settings: ReceiverSettings;
  publish(message: Published): Promise<void>;
  /** Messages that the next receiver would be given. */
  left(): Promise<number>;
  /** Ends every connection of receivers, as a broker does that is started anew. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const topicOfSuite = 'VirtualTopic.eng.ci.osci.brew-build.test.complete';

/** What holds of every broker whose messages are settled one by one. */
export function describeReceiver(name: string, open: () => Promise<SuiteBroker>): void {
  describe(`a receiver of ${name}`, () => {
    let broker: SuiteBroker;
    let receiver: Receiver | null = null;
    const heard: ForeignMessage[] = [];
    const unread: { readonly topic: string; readonly content: string }[] = [];
    let refusals = 0;

    const start = async (): Promise<void> => {
      receiver = receive(
        broker.settings,
        (message) => {
          if (message.id === 'later' && refusals++ === 0) return Promise.reject(new Error('not now'));
          heard.push(message);
          return Promise.resolve();
        },
        (message) => Promise.resolve(void unread.push(message)),
      );
      await connected();
    };
    const connected = (): Promise<void> => eventually(() => receiver!.problem() === null, 'a connection');
    const publish = (id: string, body: string): Promise<void> => broker.publish({ topic: topicOfSuite, id, body });
    const ids = (): readonly string[] => heard.map(({ id }) => id);
    const leaves = async (count: number): Promise<void> => {
      await receiver?.stop();
      receiver = null;
      await eventually(async () => (await broker.left()) === count, `${count} messages are left`);
    };

    beforeAll(async () => {
      broker = await open();
    }, 60_000);
    afterAll(() => broker.close());
    beforeEach(() => {
      heard.length = 0;
      unread.length = 0;
      refusals = 0;
    });
    afterEach(async () => {
      await receiver?.stop();
      receiver = null;
    });

    it('takes each message once, with its id and topic', async () => {
      await start();
      await publish('one', JSON.stringify({ number: 1 }));
      await publish('two', JSON.stringify({ text: 'größer' }));
      await eventually(() => heard.length === 2, 'both messages');
      expect(heard).toMatchObject([
        { id: 'one', topic: topicOfSuite, body: { number: 1 } },
        { id: 'two', topic: topicOfSuite, body: { text: 'größer' } },
      ]);
      await leaves(0);
    });

    it('throws away what cannot be read, and tells of it', async () => {
      await start();
      await publish('broken', 'no json');
      await publish('long', JSON.stringify('x'.repeat(longestMessage)));
      await publish('after', '{}');
      await eventually(() => unread.length === 2 && heard.length === 1, 'all three messages');
      expect(unread[0]).toEqual({ topic: topicOfSuite, content: 'no json' });
      await leaves(0);
    });

    it('is given again what could not be taken, and loses nothing of what came beside it', async () => {
      await start();
      for (const id of ['before', 'later', 'behind']) await publish(id, '{}');
      await eventually(() => heard.length === 3, 'all three messages');
      expect([[...ids()].sort(), refusals]).toEqual([['before', 'behind', 'later'], 2]);
      expect(receiver!.problem()).toBeNull();
      await leaves(0);
    });

    it('connects again when the connection is lost, and goes on', async () => {
      await start();
      await publish('before', '{}');
      await eventually(() => heard.length === 1, 'the message before');
      await broker.cut();
      await eventually(() => receiver!.problem() !== null, 'the loss');
      await connected();
      await publish('after', '{}');
      await eventually(() => ids().includes('after'), 'the message after');
      await leaves(0);
    });

    it('finds what came while it was away', async () => {
      await publish('meanwhile', '{}');
      await start();
      await eventually(() => heard.length === 1, 'the message');
      await leaves(0);
    });
  });
}
